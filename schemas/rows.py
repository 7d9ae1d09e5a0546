"""Lists of parts as files: CSV with a heading, or JSON Lines."""

import csv
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

from foveal.schemas.errors import BadData

SUFFIXES = (".csv", ".jsonl")


def read_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each row that is not empty, with the number of its line. Raises BadData."""
    if path.suffix not in SUFFIXES:
        raise BadData(f"{str(path)!r} is no list of parts", fix="give a .csv or .jsonl file")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadData(f"{str(path)!r} cannot be read as text", fix="check the path") from error
    return _table(text, path) if path.suffix == ".csv" else _objects(text, path)


def _table(text: str, path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.DictReader(StringIO(text, newline=""))
    try:
        for row in reader:
            yield reader.line_num, {key or "a cell without a heading": row[key] for key in row}
    except csv.Error as error:
        raise BadData(
            f"{str(path)!r} is no CSV after line {reader.line_num}: {error}",
            fix="close every quote that is opened",
        ) from error


def _objects(text: str, path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadData(
                f"{str(path)!r} line {number} is no JSON", fix="write one object a line"
            ) from error
        if not isinstance(row, dict):
            raise BadData(
                f"{str(path)!r} line {number} is no object", fix='write {"id": …, …} on each line'
            )
        yield number, row
