"""Folders that foveal writes: the first line of their ledger says what they hold."""

import json
from pathlib import Path
from typing import Literal

from foveal.records.whole_file import PARTIAL, cannot_write
from foveal.schemas.errors import BadOutput

LEDGER, HEAD = "ledger.jsonl", "ledger.head"
"""The second holds the hash of the last record in the first."""

REPORT = "report.json"
EXPORTS = "exports"
"""Folder of what was written again in other formats, if none else was named."""

LOCK = ".foveal.lock"

Holding = Literal["foveal run", "foveal batch"]

_LONGEST_OPENING = 1 << 16


def holds(folder: Path, what: Holding) -> bool:
    try:
        with (folder / LEDGER).open("rb") as file:
            opening = json.loads(file.readline(_LONGEST_OPENING))
    except (
        FileNotFoundError,
        NotADirectoryError,
        IsADirectoryError,
        ValueError,
        RecursionError,
    ):
        return False
    return isinstance(opening, dict) and opening.get("kind") == what


def require_free(folder: Path, *, unless: Holding) -> None:
    """Raises BadOutput where files stand in it that belong to anything else."""
    name = repr(str(folder))
    try:
        if folder.exists() and not folder.is_dir():
            raise BadOutput(f"{name} is a file", fix="name a folder for the results")
        if folder.is_dir() and _holds_files(folder) and not holds(folder, unless):
            raise BadOutput(
                f"{name} holds files that are not a {unless}", fix="name a new or empty folder"
            )
    except OSError as error:
        raise cannot_write(folder, error) from error


def _holds_files(folder: Path) -> bool:
    return any(
        entry.name != LOCK and not entry.name.endswith(PARTIAL) for entry in folder.iterdir()
    )


def unlink_database(path: Path) -> None:
    """With the files that SQLite keeps beside its own."""
    for entry in path.parent.glob(f"{path.name}*"):
        entry.unlink()
