"""Runs that wait for a person: which they are, what is decided, and what can be learned from it."""

import json
from collections.abc import Iterator
from os.path import relpath
from pathlib import Path
from typing import NamedTuple

from foveal.records.batch_directory import BatchDirectory
from foveal.records.batch_page import write_page
from foveal.records.exports.item import Part
from foveal.records.exports.reading import items_in
from foveal.records.folder import holds
from foveal.records.outcome import Inspected, item_folder
from foveal.records.run_directory import RunDirectory, read_head, read_report
from foveal.records.whole_file import write_whole
from foveal.running import Run
from foveal.schemas.decision import Decision
from foveal.schemas.errors import BadData
from foveal.schemas.report import Report
from foveal.schemas.workflow import INPUTS


class Reviewed(NamedTuple):
    """A run, and the item of a batch that it is about."""

    item: str
    run: Path
    report: Report


def waiting(folder: Path) -> list[Reviewed]:
    """In a batch, or a run by itself. Raises BadRecord where the folder holds neither."""
    return [known for known in _finished(folder) if known.report.verdict == "review"]


def decide(folder: Path, item: str | None, decision: Decision) -> Reviewed:
    """Completes the report of the run that waits; of a batch, its results too.

    `item` may be left out where one run waits. Raises FovealError where the decision does not fit.
    """
    chosen = _chosen(waiting(folder), item)
    if not holds(folder, "foveal batch"):
        return _settled(chosen, decision)
    with BatchDirectory.open(folder) as batch:
        settled = _settled(chosen, decision)
        items = [known.id for known in items_in(folder)]
        before = batch.outcomes[chosen.item]
        assert isinstance(before, Inspected)
        told = {"verdict": settled.report.verdict, "run": read_head(chosen.run)}
        batch.keep(before.model_copy(update=told))
        batch.write_results(items)
        write_page(batch, items, stopped=None)
        batch.end()
    return settled


def _settled(chosen: Reviewed, decision: Decision) -> Reviewed:
    return chosen._replace(report=Run.resume(chosen.run).settle(decision))


def write_labelled(folder: Path, out: Path) -> int:
    """What was decided, as labelled parts for `foveal calibrate` and `foveal eval`; how many.

    A part that was accepted as defective without saying where is left out.
    """
    rows = [
        _row(known, out.parent)
        for known in _finished(folder)
        if known.report.decided and (known.report.findings or known.report.verdict == "pass")
    ]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    write_whole(out, lines.encode())
    return len(rows)


def _finished(folder: Path) -> Iterator[Reviewed]:
    if not holds(folder, "foveal batch"):
        yield Reviewed(folder.resolve().name, folder, read_report(folder))
        return
    for item in items_in(folder):
        if isinstance(item, Part):
            yield Reviewed(item.id, item_folder(folder, item.id), item.report)


def _chosen(known: list[Reviewed], item: str | None) -> Reviewed:
    if not known:
        raise BadData("no run waits for a person", fix="list with foveal review DIR")
    if item is None and len(known) == 1:
        return known[0]
    for one in known:
        if one.item == item:
            return one
    names = ", ".join(repr(one.item) for one in known[:5])
    raise BadData(f"{item!r} does not wait", fix=f"give --item with one that does, such as {names}")


def _row(known: Reviewed, folder: Path) -> dict[str, object]:
    """Images are those of the run, seen from the folder of the list."""
    directory, records = RunDirectory.resume(known.run)
    names = INPUTS[directory.workflow().graph]
    images = [record["data"]["image"] for record in records if record["kind"] == "intake"]
    paths = (relpath(directory.images.path(image), folder) for image in images)
    labels = [{"label": found.label, "box_px": found.box_px} for found in known.report.findings]
    return {"id": known.item, **dict(zip(names, paths, strict=True)), "labels": labels}
