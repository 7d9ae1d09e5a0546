import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Self

from foveal.records.html import render
from foveal.records.ledger import Ledger
from foveal.records.store import ImageStore
from foveal.records.whole_file import PARTIAL, cannot_write, write_whole
from foveal.schemas.errors import BadOutput, BadRecord
from foveal.schemas.report import Report

_OPENING = "foveal run"
REPORT, LEDGER, IMAGES = "report.json", "ledger.jsonl", "images"
HEAD = "ledger.head"
"""Holds the hash of the ledger's last record."""

_HTML, _DOCUMENT = "report.html", "document.json"
_STORED_IMAGE = "[0-9a-f]" * 16 + ".png"


class RunDirectory:
    """Where one run writes. `report.json` stands in it only when the run is finished."""

    def __init__(self, path: Path, ledger: Ledger, images: ImageStore) -> None:
        self.path = path
        self.ledger = ledger
        self.images = images

    @classmethod
    def open(cls, path: Path) -> Self:
        """An earlier run in the folder is taken away first, its report before anything else.

        So no failed run can be taken for passed because of an older report. Files that foveal
        did not write are left alone.
        """
        _refuse_foreign(path)
        try:
            path.mkdir(parents=True, exist_ok=True)
            _clear(path)
            ledger = Ledger.begin(path / LEDGER, _OPENING, version=2, opened=datetime.now(UTC))
            (path / IMAGES).mkdir(exist_ok=True)
        except OSError as error:
            raise cannot_write(path, error) from error
        return cls(path, ledger, ImageStore(path / IMAGES))

    def finish(self, report: Report) -> None:
        """The ledger names each file before it appears: one that it does not name is forged."""
        written = self._written(report)
        hashes = {name: sha256(content).hexdigest() for name, content in written.items()}
        self.ledger.append("report", verdict=report.verdict, files=hashes)
        write_whole(self.path / HEAD, f"{self.ledger.head}\n".encode())
        for name, content in written.items():
            write_whole(self.path / name, content)

    def _written(self, report: Report) -> dict[str, bytes]:
        """By the name of the file; the report itself last but for its page."""
        document = json.dumps(report.document, ensure_ascii=False, indent=2)
        return {
            **({} if report.document is None else {_DOCUMENT: document.encode() + b"\n"}),
            REPORT: report.model_dump_json(indent=2).encode() + b"\n",
            _HTML: render(report, self.images).encode(),
        }


def read_head(path: Path) -> str:
    """Hash of the last record of the finished run in a folder. Raises BadRecord."""
    try:
        return (path / HEAD).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadRecord(
            f"{str(path / HEAD)!r} cannot be read: the run did not end, or was changed since",
            fix="run it again",
        ) from error


def _refuse_foreign(path: Path) -> None:
    name = repr(str(path))
    try:
        if path.exists() and not path.is_dir():
            raise BadOutput(f"{name} is a file", fix="name a folder for the results")
        if path.is_dir() and _holds_files(path) and not holds_run(path):
            raise BadOutput(
                f"{name} holds files that are not a foveal run", fix="name a new or empty folder"
            )
    except OSError as error:
        raise cannot_write(path, error) from error


def _holds_files(path: Path) -> bool:
    return any(not entry.name.endswith(PARTIAL) for entry in path.iterdir())


def holds_run(path: Path) -> bool:
    """A run signs the first line of its ledger."""
    try:
        with (path / LEDGER).open("rb") as file:
            opening = json.loads(file.readline(4096))
    except (FileNotFoundError, IsADirectoryError, ValueError):
        return False
    return isinstance(opening, dict) and opening.get("kind") == _OPENING


def _clear(path: Path) -> None:
    """Takes away what an earlier run wrote; its ledger stays until the new one takes its place."""
    for name in (REPORT, _HTML, _DOCUMENT, HEAD):
        (path / name).unlink(missing_ok=True)
    for pattern in (f"{IMAGES}/{_STORED_IMAGE}", f"{IMAGES}/.*{PARTIAL}", f".*{PARTIAL}"):
        for entry in path.glob(pattern):
            entry.unlink()
