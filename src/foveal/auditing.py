"""Whether the record of a run is as it was written, and shows what it says it shows."""

from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from foveal.records.alignment import alignment_of
from foveal.records.batch_directory import RESULTS
from foveal.records.chain import chain_of
from foveal.records.folder import LEDGER, holds
from foveal.records.outcome import ITEMS, Inspected, outcomes_of, row_of
from foveal.records.run_directory import IMAGES, read_head, read_report
from foveal.records.store import CHANGED, ImageStore
from foveal.schemas.errors import BadImage, BadRecord
from foveal.schemas.evidence import Evidence
from foveal.schemas.image import ImageId, name_pixels
from foveal.schemas.report import Report
from foveal.tools.align import warp
from foveal.tools.cover import COVERS, cut_covered
from foveal.tools.image import Image, Pixels, image_from
from foveal.tools.view import cut, turned


class Audit(NamedTuple):
    records: int
    head: str
    images: int
    """Whose pixels are those that the ledger names."""

    crops: int
    """Cut once more from the images they were cut from, bit for bit."""

    runs: int = 1


def audit(folder: Path, *, head: str | None = None) -> Audit:
    """Of a run, or of a batch and its runs. Raises BadRecord at the first that does not hold.

    `head` is what the command printed at its end; without it, what stands beside the ledger is
    believed, so whoever cuts both goes unnoticed.
    """
    if holds(folder, "foveal batch"):
        return _audit_batch(folder, head=head)
    if (folder / LEDGER).is_file():
        return _audit_run(folder, head=head)
    raise BadRecord(f"{str(folder)!r} holds no run", fix="name the folder given as --out")


def _audit_batch(batch: Path, *, head: str | None) -> Audit:
    records = _records(batch, head=head)
    outcomes = outcomes_of(records).values()
    inspected = [one for one in outcomes if isinstance(one, Inspected)]
    found = [_audit_run(batch / ITEMS / one.folder, head=one.run) for one in inspected]
    _check_results(batch / RESULTS, {row_of(outcome, batch) for outcome in outcomes})
    if records[-1]["kind"] == "end":
        _check_files(batch, records[-1]["data"]["files"])
    return Audit(
        len(records) + sum(one.records for one in found),
        records[-1]["sha256"],
        sum(one.images for one in found),
        sum(one.crops for one in found),
        runs=len(found),
    )


def _check_results(path: Path, rows: set[bytes]) -> None:
    """A line an item at most, each as its report has it."""
    try:
        lines = path.read_bytes().splitlines(keepends=True)
    except OSError as error:
        raise _changed(path, "cannot be read") from error
    for number, line in enumerate(lines, start=1):
        if line not in rows:
            raise _changed(path, f"line {number} is not what a report says")
        rows.remove(line)


def _records(folder: Path, *, head: str | None) -> list[dict[str, Any]]:
    try:
        content = (folder / LEDGER).read_bytes()
    except OSError as error:
        raise _changed(folder / LEDGER, "cannot be read") from error
    chain = chain_of(content, head=head or read_head(folder))
    if chain.broken is not None:
        number, what = chain.broken
        raise _changed(folder / LEDGER, f"record {number} {what}")
    return chain.records


def _audit_run(run: Path, *, head: str | None) -> Audit:
    records = _records(run, head=head)
    last = records[-1]
    if last["kind"] != "report":
        raise _changed(run / LEDGER, f"record {len(records) + 1}, of the report, is missing")
    _check_files(run, last["data"]["files"])
    store, named = ImageStore(run / IMAGES), _images(records)
    for image in sorted(named):
        _pixels(store, image)
    report = read_report(run)
    shown = {name: image_from(_pixels(store, name), name) for name in _sources(report, store)}
    cited = {_shown(evidence): evidence for evidence in _evidence(report)}
    for evidence in cited.values():
        if evidence.view.image not in shown:
            raise BadRecord(f"{evidence.view.image} is no image of this part", fix=CHANGED)
        _check_crop(evidence, shown[evidence.view.image])
    return Audit(len(records), last["sha256"], len(named), len(cited))


def _check_files(run: Path, hashes: dict[str, str]) -> None:
    for name, wanted in hashes.items():
        try:
            content = (run / name).read_bytes()
        except OSError as error:
            raise _changed(run / name, "cannot be read") from error
        if sha256(content).hexdigest() != wanted:
            raise _changed(run / name, "is not what the ledger names")


def _images(value: Any) -> set[str]:
    """Every image that is named anywhere."""
    if isinstance(value, str):
        return {value} if value.startswith("img:") and len(value) == len("img:") + 64 else set()
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {known for part in parts for known in _images(part)}


def _pixels(store: ImageStore, image: ImageId) -> Pixels:
    try:
        return store.load(image)
    except BadImage as error:
        raise BadRecord(error.what, fix=error.fix) from error


def _sources(report: Report, store: ImageStore) -> list[ImageId]:
    """What crops are cut from: the images, and the template moved as the report says."""
    images = [known.id for known in report.images]
    alignment = alignment_of(report)
    if alignment.aligned is None:
        return images
    template, matrix = _pixels(store, images[0]), np.array(alignment.matrix)
    moved, _ = warp(template, matrix, size=report.images[-1].size_px)
    if name_pixels(moved) != alignment.aligned:
        raise BadRecord(f"{alignment.aligned} is not the template as it was moved", fix=CHANGED)
    return [*images, alignment.aligned]


def _evidence(report: Report) -> list[Evidence]:
    findings = [*report.findings, *(out.finding for out in report.removed)]
    tried = [known.verification.evidence for known in findings if known.verification]
    return [item for known in (*(one.evidence for one in findings), *tried) for item in known]


def _shown(evidence: Evidence) -> tuple[object, ...]:
    """The same for looks at the same pixels."""
    view = evidence.view
    return view.model_dump_json(), evidence.hidden_px, evidence.crop


def _check_crop(evidence: Evidence, image: Image) -> None:
    view, box, hidden = evidence.view, evidence.view.box_px, evidence.hidden_px
    if evidence.cover is None or hidden is None:
        seen = cut(image, box, size=view.upright_px)
    else:
        cover = COVERS[evidence.cover]
        seen = cut_covered(image, box, size=view.upright_px, hidden=hidden, cover=cover)
    if name_pixels(turned(seen, view.quarter_turns).pixels) != evidence.crop:
        raise BadRecord(
            f"{tuple(box)} of {view.image} is not what the report shows as {evidence.name}",
            fix=CHANGED,
        )


def _changed(path: Path, what: str) -> BadRecord:
    return BadRecord(f"{str(path)!r}: {what}", fix=CHANGED)
