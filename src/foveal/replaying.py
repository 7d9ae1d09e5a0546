"""A run once more, from the images and the workflow that it keeps, beside its record."""

from collections.abc import Iterable
from math import isclose
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from pydantic_core import to_jsonable_python

from foveal.agents.inspection import STATE_TYPES
from foveal.agents.step import current_step
from foveal.graphs.run import run_one
from foveal.models.protocol import VisionLanguageModel
from foveal.records.checkpoints import open_checkpoints
from foveal.running import Run
from foveal.schemas.errors import BadRecord
from foveal.schemas.image import ImageId
from foveal.schemas.pointer import below
from foveal.schemas.report import Report
from foveal.tools.image import Pixels

_CLOSE = 1e-3
"""Numbers this near are the same: what is asked beside a question rounds its answer otherwise."""

_COSTS = {"seconds", "usage"}


class Difference(NamedTuple):
    record: int | None
    """Of the ledger, from 1; None in the report."""

    place: str
    """Kind of the record, and JSON Pointer in it."""

    was: Any
    now: Any

    def __str__(self) -> str:
        where = "the report" if self.record is None else f"record {self.record}"
        return f"{where}, {self.place}: was {self.was!r}, is now {self.now!r}"


class Replay(NamedTuple):
    records: int
    """Said again as they stand in the ledger."""

    difference: Difference | None
    """The first."""


def replay(run: Run, model: VisionLanguageModel) -> Replay:
    """Nothing is written. What it cost is not compared, nor a report that a person decided."""
    comparing = _Comparing(run.written)
    with (
        TemporaryDirectory() as folder,
        open_checkpoints(Path(folder) / "replay", run="replay", types=STATE_TYPES) as durable,
    ):
        try:
            report = run_one(
                run.workflow,
                model,
                *run.images,
                recorder=comparing,
                date=run.date,
                durable=durable,
            )
        except _Differs as end:
            return Replay(comparing.same, end.difference)
    return Replay(comparing.same, comparing.left() or _in_report(_reported(run), report))


def _reported(run: Run) -> Report:
    """Raises BadRecord where there is nothing to compare with."""
    if (report := run.directory.report()) is None:
        raise BadRecord(
            f"{str(run.directory.path)!r} has no report as the run wrote it",
            fix="ask `foveal verify` what was changed, or end the run with `foveal resume`",
        )
    return report


class _Differs(Exception):
    def __init__(self, difference: Difference) -> None:
        self.difference = difference


class _Comparing:
    """In the place of a recorder: what is said is compared with what was."""

    def __init__(self, written: Iterable[dict[str, Any]]) -> None:
        self._written = list(written)
        self.same = 0

    def image(self, image_id: ImageId, pixels: Pixels) -> None:
        """Every picture is named in a record."""

    def append(self, kind: str, **data: object) -> None:
        step = current_step()
        told = data if step is None else {**data, "step": str(step)}
        now = {"kind": kind, "data": to_jsonable_python(told)}
        record = self._written[self.same] if self.same < len(self._written) else {}
        was = {name: record.get(name) for name in now}
        found = _first_difference(was, now)
        if found is not None:
            raise _Differs(found._replace(record=self.same + 2, place=f"{kind}{found.place}"))
        self.same += 1

    def left(self) -> Difference | None:
        """A record that was not said again, before that of the report."""
        record = self._written[self.same] if self.same < len(self._written) else None
        if record is None or record["kind"] == "report":
            return None
        return Difference(self.same + 2, record["kind"], record["data"], None)


def _in_report(was: Report, now: Report) -> Difference | None:
    if was.decided is not None:
        return None
    return _first_difference(was.model_dump(mode="json"), now.model_dump(mode="json"))


def _first_difference(was: Any, now: Any, place: str = "") -> Difference | None:
    if isinstance(was, dict) and isinstance(now, dict):
        names = [name for name in (was | now) if name not in _COSTS]
        pairs = [(was.get(name), now.get(name), below(place, name)) for name in names]
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        pairs = [(a, b, below(place, at)) for at, (a, b) in enumerate(zip(was, now, strict=True))]
    elif was == now or _are_close(was, now):
        return None
    else:
        return Difference(None, place, was, now)
    found = (_first_difference(a, b, at) for a, b, at in pairs)
    return next((difference for difference in found if difference), None)


def _are_close(was: object, now: object) -> bool:
    return (
        isinstance(was, int | float)
        and isinstance(now, int | float)
        and isclose(was, now, rel_tol=_CLOSE, abs_tol=_CLOSE)
    )
