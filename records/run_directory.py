import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError

from foveal.records.exports.formats import FORMATS
from foveal.records.folder import (
    EXPORTS,
    HEAD,
    LEDGER,
    REPORT,
    holds,
    require_free,
    unlink_database,
)
from foveal.records.html import render
from foveal.records.ledger import Ledger
from foveal.records.store import ImageStore
from foveal.records.whole_file import cannot_write, sweep, write_whole
from foveal.schemas.errors import BadRecord
from foveal.schemas.report import Report
from foveal.schemas.workflow import Workflow

WORKFLOW, IMAGES = "workflow.json", "images"
PAGE, _DOCUMENT = "report.html", "document.json"
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
        require_free(path, unless="foveal run")
        try:
            path.mkdir(parents=True, exist_ok=True)
            _clear(path)
            opening = {"version": 3, "opened": datetime.now(UTC), **told}
            if workflow is not None:
                opening["workflow"] = workflow.sha256
            ledger = Ledger.begin(path / LEDGER, "foveal run", **opening)
            (path / IMAGES).mkdir(exist_ok=True)
        except OSError as error:
            raise cannot_write(path, error) from error
        if workflow is not None:
            written = workflow.model_dump_json(indent=2, by_alias=True)
            write_whole(path / WORKFLOW, f"{written}\n".encode())
        return cls(path, ledger, run=ledger.head)

    @classmethod
    def resume(cls, path: Path) -> tuple[Self, list[dict[str, Any]]]:
        """A run that did not end, and the records of its ledger so far. Raises BadRecord."""
        if not holds(path, "foveal run"):
            raise BadRecord(f"{str(path)!r} holds no run", fix="name the folder given as --out")
        _sweep(path)
        ledger, records = Ledger.resume(path / LEDGER)
        return cls(path, ledger, run=records[0]["sha256"]), records

    @property
    def checkpoints(self) -> Path:
        """The file that tells where the run stands, if nothing else does."""
        return self.path / _CHECKPOINTS

    def report(self) -> Report | None:
        """Of a run that has ended; None where there is none, or it is not as the ledger has it."""
        return read_report(self.path) if self.is_whole() else None

    def is_whole(self) -> bool:
        """Whether the run has ended, and its files are as its ledger has them."""
        last = self.ledger.last
        if last["kind"] != "report":
            return False
        for name, wanted in last["data"]["files"].items():
            file = self.path / name
            if not file.exists() or sha256(file.read_bytes()).hexdigest() != wanted:
                return False
        return True

    def workflow(self) -> Workflow:
        """As it was loaded when the run began. Raises BadRecord."""
        path = self.path / WORKFLOW
        try:
            return Workflow.model_validate_json(path.read_bytes())
        except (OSError, ValueError) as error:
            raise BadRecord(f"{str(path)!r} cannot be read", fix="run it again") from error

    def finish(self, report: Report) -> None:
        """The ledger names each file before it appears: one that it does not name is forged.

        May be called again, where the process died in between.
        """
        written = self._written(report)
        named = {WORKFLOW: path.read_bytes()} if (path := self.path / WORKFLOW).exists() else {}
        hashes = {
            name: sha256(content).hexdigest() for name, content in {**named, **written}.items()
        }
        self.ledger.append_once("report", verdict=report.verdict, files=hashes)
        write_whole(self.path / HEAD, f"{self.ledger.head}\n".encode())
        for name, content in written.items():
            write_whole(self.path / name, content)
        if report.document is None:  # a person's decision withdraws one
            (self.path / _DOCUMENT).unlink(missing_ok=True)

    def _written(self, report: Report) -> dict[str, bytes]:
        """By the name of the file; the report itself last but for its page."""
        document = json.dumps(report.document, ensure_ascii=False, indent=2)
        return {
            **({} if report.document is None else {_DOCUMENT: document.encode() + b"\n"}),
            REPORT: report.model_dump_json(indent=2).encode() + b"\n",
            PAGE: render(report, self.images).encode(),
        }


def read_report(path: Path) -> Report:
    """Of the finished run in a folder. Raises BadRecord."""
    try:
        return Report.model_validate_json((path / REPORT).read_bytes())
    except OSError as error:
        raise BadRecord(
            f"{str(path)!r} holds no finished run", fix="name the folder given as --out"
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
            fix="go on with foveal resume, or run it again",
        ) from error


def _clear(path: Path) -> None:
    """Takes away what an earlier run wrote; its ledger stays until the new one takes its place."""
    exported = [f"{EXPORTS}/{known.file}" for known in FORMATS.values()]
    for name in (REPORT, PAGE, _DOCUMENT, HEAD, WORKFLOW, *exported):
        (path / name).unlink(missing_ok=True)
    unlink_database(path / _CHECKPOINTS)
    for entry in path.glob(f"{IMAGES}/{_STORED_IMAGE}"):
        entry.unlink()
    _sweep(path)


def _sweep(path: Path) -> None:
    sweep(path)
    sweep(path / IMAGES)
