"""YAML is read as plain data: text stays text, nothing runs, and nothing grows."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foveal.schemas.errors import BadWorkflow
from foveal.yaml_file import MAX_BYTES, Value, read_yaml

Save = Callable[[str | bytes], Path]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    def save(content: str | bytes) -> Path:
        path = tmp_path / "file.yaml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return save


def refusal(path: Path) -> str:
    with pytest.raises(BadWorkflow) as refused:
        read_yaml(path)
    return str(refused.value).removeprefix(repr(str(path))).strip()


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("2024-01-01", "2024-01-01"),
        ("12:30", "12:30"),
        ("0x1F", "0x1F"),
        (".nan", ".nan"),
        ("none", "none"),
        ("'5'", "5"),
        ("!!str 5", "5"),
        ("5", 5),
        ("-5", -5),
        ("1e-3", 0.001),
        ("2.5", 2.5),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("[1, [2, {a: b}]]", [1, [2, {"a": "b"}]]),
        ("断路", "断路"),
    ],
)
def test_a_value_is_what_it_looks_like(save: Save, written: str, value: Value) -> None:
    assert read_yaml(save(f"key: {written}")) == {"key": value}


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C", "Z"])))
def test_any_quoted_word_comes_back(tmp_path_factory: pytest.TempPathFactory, word: str) -> None:
    path = tmp_path_factory.mktemp("quoted") / "file.yaml"
    quoted = word.replace("'", "''")
    path.write_text(f"key: '{quoted}'", encoding="utf-8")

    assert read_yaml(path) == {"key": word}


def test_a_byte_order_mark_is_left_out(save: Save) -> None:
    assert read_yaml(save(b"\xef\xbb\xbfkey: 1")) == {"key": 1}


REFUSED = {
    "nothing": ("", "holds nothing: write lines such as `name: my-boards`"),
    "only a comment": ("# later\n", "holds nothing: write lines such as `name: my-boards`"),
    "a list": ("- a\n", "holds no keys with values: write lines such as `name: my-boards`"),
    "a text": ("hello", "holds no keys with values: write lines such as `name: my-boards`"),
    "a key given twice": (
        "a: 1\nb: 2\na: 3\n",
        "line 3: the key 'a' is given twice: correct the YAML there",
    ),
    "a key given twice below": (
        "x:\n  - {a: 1, a: 2}\n",
        "line 2: the key 'a' is given twice: correct the YAML there",
    ),
    "a key that is a list": (
        "? [a]\n: 1\n",
        "line 1: a key must be a text: correct the YAML there",
    ),
    "an alias": ("a: &x [1]\nb: *x\n", "line 2: an alias is not read: correct the YAML there"),
    "an alias to itself": ("a: &x [*x]\n", "line 1: an alias is not read: correct the YAML there"),
    "a set": (
        "a: !!set {x}\n",
        "line 1: the tag 'tag:yaml.org,2002:set' is not read: correct the YAML there",
    ),
    "bytes": (
        "a: !!binary aGk=\n",
        "line 1: the tag 'tag:yaml.org,2002:binary' is not read: correct the YAML there",
    ),
    "a number that is none": (
        "a: !!int five\n",
        "line 1: 'five' cannot be used as int: correct the YAML there",
    ),
    "a truth that is none": (
        "a: !!bool maybe\n",
        "line 1: 'maybe' cannot be used as bool: correct the YAML there",
    ),
    "a number past every float": (
        "a: 1e999\n",
        "line 1: '1e999' cannot be used as float: correct the YAML there",
    ),
    "half a character": (
        'a: "\\ud800"\n',
        "line 1: '\\ud800' cannot be used as str: correct the YAML there",
    ),
    "two documents": (
        "a: 1\n---\nb: 2\n",
        "line 2: but found another document: correct the YAML there",
    ),
    "a tab": (
        "a:\n\t- b\n",
        "line 2: found character '\\t' that cannot start any token: correct the YAML there",
    ),
    "a colon too many": (
        "a: b: c\n",
        "line 1: mapping values are not allowed here: correct the YAML there",
    ),
    "an open quote": (
        'a: "b\n',
        "line 2: found unexpected end of stream: correct the YAML there",
    ),
    "a control character": (
        "a: \x00",
        "holds characters that YAML does not allow: save it as plain text",
    ),
    "an image": (b"\x89PNG\r\n\x1a\n", "is not UTF-8 text: save it as UTF-8"),
    "UTF-16": ("a: 1".encode("utf-16"), "is not UTF-8 text: save it as UTF-8"),
    "deep lists": ("a: " + "[" * 9_000, "is nested too deeply: flatten it"),
    "deep mappings": ("a: " + "{a: " * 9_000, "is nested too deeply: flatten it"),
}


@pytest.mark.parametrize(("content", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_plain_keys_and_values_is_refused(
    save: Save, content: str | bytes, said: str
) -> None:
    assert refusal(save(content)) == said


def test_a_tag_never_runs_code(save: Save, tmp_path: Path) -> None:
    mark = tmp_path / "ran"

    said = refusal(save(f"a: !!python/object/apply:pathlib.Path.touch [{mark}]\n"))

    assert "python/object/apply:pathlib.Path.touch' is not read" in said
    assert not mark.exists()


def test_a_long_word_is_cut_in_what_is_said(save: Save) -> None:
    assert len(refusal(save(f"a: !!int {'x' * 5_000}"))) < 200


def test_a_file_above_the_limit_is_refused_unread(save: Save) -> None:
    said = refusal(save("#" * (MAX_BYTES + 1)))

    assert said == "has 65,537 bytes: a workflow takes at most 65,536"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path) == "is no file: give the path of a YAML file"


def test_a_path_that_no_system_can_open_is_refused() -> None:
    with pytest.raises(BadWorkflow, match="cannot be read: check the path and your right"):
        read_yaml(Path("a\0b.yaml"))


HOSTILE = {
    "anchors": "a: " + "&a " * 20_000,
    "tags": "a: " + "!" * 60_000,
    "dashes": "- " * 30_000,
    "questions": "? " * 30_000,
    "blank lines": "a: >\n" + " \n" * 30_000,
    "keys": "".join(f"k{number}: 1\n" for number in range(6_000)),
    "items": "a:\n" + "- b\n" * 16_000,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_done_with_in_seconds(save: Save, content: str) -> None:
    started = process_time()

    with suppress(BadWorkflow):
        read_yaml(save(content))

    assert process_time() - started < 5
