from pathlib import Path

import pytest

from foveal.records.whole_file import write_whole
from foveal.schemas.errors import BadOutput


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    for content in (b"first", b"second"):
        write_whole(path, content)
        assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "taken"
    path.mkdir()
    with pytest.raises(BadOutput, match="cannot write"):
        write_whole(path, b"content")
    assert list(tmp_path.iterdir()) == [path]


def test_the_error_says_where_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadOutput, match=r"gone/report.json.*No such file.*choose a folder"):
        write_whole(tmp_path / "gone" / "report.json", b"content")
