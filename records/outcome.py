"""What became of an item of a batch."""

import json
import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from foveal.records.folder import REPORT
from foveal.schemas.base import Strict
from foveal.schemas.verdict import Verdict

ITEMS = "items"
"""Folder of a batch that holds the runs."""

_LONGEST_NAME = 40


class Inspected(Strict):
    """An item that has a report."""

    id: str
    folder: str
    """Of its run, under `items`."""

    inputs: dict[str, str]
    """SHA-256 of each file."""

    verdict: Verdict
    run: str
    """Head of the run's ledger, which names its report."""


class NotInspected(Strict):
    """An item that has none; it is tried again when the batch is."""

    id: str
    error: str


Outcome = Inspected | NotInspected

_KINDS: dict[str, type[Outcome]] = {"item": Inspected, "error": NotInspected}


def outcomes_of(records: Sequence[dict[str, Any]]) -> dict[str, Outcome]:
    """The last of each item, by its id."""
    outcomes = [
        _KINDS[record["kind"]].model_validate(record["data"])
        for record in records
        if record["kind"] in _KINDS
    ]
    return {outcome.id: outcome for outcome in outcomes}


def item_folder(batch: Path, item: str) -> Path:
    """Of an item's run; two ids never share one."""
    readable = re.sub(r"[^A-Za-z0-9._-]+", "-", item).strip(".-")[:_LONGEST_NAME]
    digest = sha256(item.encode()).hexdigest()[:8]
    return batch / ITEMS / f"{readable}-{digest}".lstrip("-")


def row_of(outcome: Outcome, batch: Path) -> bytes:
    """Its line of the results: the report under the item's id, or the error."""
    row: dict[str, Any] = {"id": outcome.id}
    if isinstance(outcome, Inspected):
        row |= json.loads((batch / ITEMS / outcome.folder / REPORT).read_bytes())
    else:
        row["error"] = outcome.error
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"
