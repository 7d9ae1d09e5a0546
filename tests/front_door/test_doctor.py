"""What the doctor says of a machine."""

from importlib.metadata import version
from platform import python_version

import pytest

from foveal.doctor import examine
from foveal.model_choice import ModelChoice
from foveal.schemas.errors import BadModel


def test_the_machine_is_described_even_where_the_model_is_not_there() -> None:
    facts: dict[str, str] = {}
    steps: list[str] = []

    with pytest.raises(BadModel, match=r"there is no model '\./none'"):
        facts.update(examine(ModelChoice("./none"), steps.append))

    assert facts["foveal"] == version("foveal")
    assert facts["python"].startswith(python_version())
    assert facts["torch"].startswith(version("torch"))
    assert {"device", "threads", "processor", "transformers", "peft", "torchao"} <= facts.keys()
    assert steps == ["Importing torch"]
