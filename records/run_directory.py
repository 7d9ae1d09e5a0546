import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError

from foveal.records.html import render
from foveal.records.ledger import Ledger
from foveal.records.store import ImageStore
from foveal.records.whole_file import PARTIAL, cannot_write, write_whole
from foveal.schemas.errors import BadOutput, BadRecord
from foveal.schemas.report import Report
from foveal.schemas.workflow import Workflow

_OPENING = "foveal run"
REPORT, LEDGER, IMAGES = "report.json", "ledger.jsonl", "images"
HEAD = "ledger.head"
"""Holds the hash of the ledger's last record."""

_WORKFLOW, _HTML, _DOCUMENT = "workflow.json", "report.html", "document.json"
_CHECKPOINTS = "checkpoints.sqlite"
_STORED_IMAGE = "[0-9a-f]" * 16 + ".png"


class RunDirectory:
    """Where one run writes. `report.json` stands in it only when the run is finished."""

    def __init__(self, path: Path, ledger: Ledger, *, run: str) -> None:
        self.path = path
        self.run = run
        """SHA-256 of the ledger's first record: no other run has it."""

        self.ledger = ledger
        self.images = ImageStore(path / IMAGES)

    @classmethod
    def open(cls, path: Path, workflow: Workflow | None = None, **told: object) -> Self:
        """An earlier run in the folder is taken away first, its report before anything else.

        So no failed run can be taken for passed because of an older report. Files that foveal
        did not write are left alone. The ledger opens with what is `told`.
        """
        _refuse_foreign(path)
        try:
            path.mkdir(parents=True, exist_ok=True)
            _clear(path)
            opening = {"version": 3, "opened": datetime.now(UTC), **told}
            ledger = Ledger.begin(path / LEDGER, _OPENING, **opening)
            (path / IMAGES).mkdir(exist_ok=True)
        except OSError as error:
            raise cannot_write(path, error) from error
        if workflow is not None:
            write_whole(path / _WORKFLOW, workflow.model_dump_json(indent=2).encode() + b"\n")
        return cls(path, ledger, run=ledger.head)

    @classmethod
    def resume(cls, path: Path) -> tuple[Self, list[dict[str, Any]]]:
        """A run that did not end, and the records of its ledger so far. Raises BadRecord."""
        if not holds_run(path):
            raise BadRecord(f"{str(path)!r} holds no run", fix="name the folder given as --out")
        ledger, records = Ledger.resume(path / LEDGER)
        return cls(path, ledger, run=records[0]["sha256"]), records

    @property
    def checkpoints(self) -> Path:
        """The file that tells where the run stands; it is there until the run has ended."""
        return self.path / _CHECKPOINTS

    @property
    def has_ended(self) -> bool:
        return (self.path / REPORT).exists() and not self.checkpoints.exists()

    def workflow(self) -> Workflow:
        """As it was loaded when the run began. Raises BadRecord."""
        path = self.path / _WORKFLOW
        try:
            return Workflow.model_validate_json(path.read_bytes())
        except (OSError, ValueError) as error:
            raise BadRecord(f"{str(path)!r} cannot be read", fix="run it again") from error

    def finish(self, report: Report) -> None:
        """The ledger names each file before it appears: one that it does not name is forged.

        May be called again, where the process died in between.
        """
        written = self._written(report)
        hashes = {name: sha256(content).hexdigest() for name, content in written.items()}
        self.ledger.append_once("report", verdict=report.verdict, files=hashes)
        write_whole(self.path / HEAD, f"{self.ledger.head}\n".encode())
        for name, content in written.items():
            write_whole(self.path / name, content)
        _unlink_checkpoints(self.path)

    def _written(self, report: Report) -> dict[str, bytes]:
        """By the name of the file; the report itself last but for its page."""
        document = json.dumps(report.document, ensure_ascii=False, indent=2)
        return {
            **({} if report.document is None else {_DOCUMENT: document.encode() + b"\n"}),
            REPORT: report.model_dump_json(indent=2).encode() + b"\n",
            _HTML: render(report, self.images).encode(),
        }


def read_report(path: Path) -> Report:
    """Of the finished run in a folder. Raises BadRecord."""
    try:
        return Report.model_validate_json((path / REPORT).read_bytes())
    except OSError as error:
        raise BadRecord(
            f"{str(path / REPORT)!r} cannot be read: the run did not end", fix="run it again"
        ) from error
    except ValidationError as error:
        raise BadRecord(
            f"{str(path / REPORT)!r} was written by another version of foveal",
            fix="read it with that one",
        ) from error


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
    for name in (REPORT, _HTML, _DOCUMENT, HEAD, _WORKFLOW):
        (path / name).unlink(missing_ok=True)
    _unlink_checkpoints(path)
    for pattern in (f"{IMAGES}/{_STORED_IMAGE}", f"{IMAGES}/.*{PARTIAL}", f".*{PARTIAL}"):
        for entry in path.glob(pattern):
            entry.unlink()


def _unlink_checkpoints(path: Path) -> None:
    """With the files that SQLite keeps beside its own."""
    for entry in path.glob(f"{_CHECKPOINTS}*"):
        entry.unlink()
