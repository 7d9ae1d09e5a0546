import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foveal.models.json_text import Step, locate, pointer, read_value
from foveal.schemas.errors import BadReply

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def places(value: object, path: tuple[Step, ...] = ()) -> list[tuple[tuple[Step, ...], object]]:
    found = [(path, value)]
    if isinstance(value, dict):
        found += [f for key, part in value.items() for f in places(part, (*path, key))]
    if isinstance(value, list):
        found += [f for index, part in enumerate(value) for f in places(part, (*path, index))]
    return found


@given(VALUES, st.sampled_from([None, 2]))
def test_every_value_is_found_where_it_stands(value: object, indent: int | None) -> None:
    text = "before " + json.dumps(value, indent=indent) + " after"
    for path, part in places(value):
        begin, end = locate(text, path, start=len("before"))
        assert json.loads(text[begin:end]) == part


def test_of_properties_of_one_name_the_last_counts() -> None:
    text = '{"a":1,"b":2,"a":3}'
    begin, end = locate(text, ["a"])
    assert text[begin:end] == "3"


@pytest.mark.parametrize(
    ("path", "written"), [([], ""), (["a", 0], "/a/0"), (["a/b", "c~d"], "/a~1b/c~0d")]
)
def test_a_place_is_written_as_a_json_pointer(path: list[Step], written: str) -> None:
    assert pointer(path) == written


@pytest.mark.parametrize("number", ["420e578", "-1e309", "1e" + "9" * 30, "1e-" + "9" * 30])
def test_a_number_that_readers_cannot_hold_is_refused(number: str) -> None:
    with pytest.raises(BadReply, match="between which limits"):
        read_value(f"[{number}]")
