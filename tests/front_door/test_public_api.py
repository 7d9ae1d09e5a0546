"""What `import foveal` offers is imported when it is used."""

import subprocess
import sys
from typing import get_args

import pytest

import foveal
from foveal.model_choice import Dtype
from foveal.models import load


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


def test_the_command_line_offers_every_dtype_that_models_load() -> None:
    assert get_args(Dtype) == get_args(load.Dtype)
