import json
from pathlib import Path

from foveal.records.batch_directory import RESULTS
from foveal.records.exports.item import Item, Part
from foveal.records.folder import holds
from foveal.records.outcome import NotInspected
from foveal.records.run_directory import read_report
from foveal.schemas.errors import BadRecord
from foveal.schemas.report import Report


def items_in(folder: Path) -> list[Item]:
    """The part of a finished run, under the name of its folder, or all of a batch.

    Raises BadRecord.
    """
    if holds(folder, "foveal batch"):
        return _items(folder / RESULTS)
    name = folder.resolve().name.encode("utf-8", "replace").decode()  # it may hold any bytes
    return [Part(name, read_report(folder))]


def _items(results: Path) -> list[Item]:
    try:
        return [_item(line) for line in results.read_bytes().splitlines()]
    except (OSError, ValueError) as error:
        raise BadRecord(
            f"{str(results)!r} is not as the batch wrote it", fix="run the batch again"
        ) from error


def _item(line: bytes) -> Item:
    row = json.loads(line)
    if "error" in row:
        return NotInspected.model_validate(row)
    part = row.pop("id")
    return Part(part, Report.model_validate_json(json.dumps(row)))
