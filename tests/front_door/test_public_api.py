"""What `import foveal` offers is imported when it is used."""

import subprocess
import sys

import pytest

import foveal


@pytest.mark.parametrize("name", foveal.__all__)
def test_every_name_offered_is_there(name: str) -> None:
    assert getattr(foveal, name) is not None
    assert name in dir(foveal)


def test_a_name_that_is_not_offered_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'foveal' has no attribute 'comparee'"):
        foveal.comparee  # type: ignore[attr-defined]  # noqa: B018 - that is the test


def test_a_workflow_is_loaded_without_torch() -> None:
    code = """
import sys, foveal
foveal.load_workflow("board-compare")
sys.exit("torch" in sys.modules)
"""

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)

    assert (loaded.returncode, loaded.stderr) == (0, b"")
