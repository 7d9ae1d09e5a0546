import pytest

from foveal.models.extras import require
from foveal.schemas.errors import BadModel


def test_a_library_that_is_not_installed_is_named_with_the_extra_that_brings_it() -> None:
    with pytest.raises(BadModel) as refusal:
        require("no_such_library", purpose="a LoRA adapter", extra="lora")
    assert str(refusal.value) == (
        "a LoRA adapter needs no_such_library, which is not installed: pip install 'foveal[lora]'"
    )


def test_a_library_that_is_installed_is_not_imported() -> None:
    require("this", purpose="a poem", extra="poetry")
