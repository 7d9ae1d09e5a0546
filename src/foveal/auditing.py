"""Whether the record of a run is as it was written, and shows what it says it shows."""

from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from foveal.records.chain import chain_of
from foveal.records.run_directory import IMAGES, LEDGER, holds_run, read_head, read_report
from foveal.records.store import CHANGED, ImageStore
from foveal.schemas.errors import BadImage, BadRecord
from foveal.schemas.evidence import Evidence
from foveal.schemas.image import ImageId, name_pixels
from foveal.schemas.report import Report
from foveal.tools.cover import COVERS, cut_covered
from foveal.tools.image import Image, Pixels, image_from
from foveal.tools.view import cut


class Audit(NamedTuple):
    records: int
    head: str
    images: int
    """Whose pixels are those that the ledger names."""

    crops: int
    """Cut once more from the images they were cut from, bit for bit."""


def audit(run: Path, *, head: str | None = None) -> Audit:
    """Raises BadRecord at the first thing that does not hold.

    `head` is what the run printed when it ended; without it, what stands beside the ledger is
    believed, so whoever cuts both goes unnoticed.
    """
    if not holds_run(run):
        raise BadRecord(f"{str(run)!r} holds no run", fix="name the folder given as --out")
    chain = chain_of((run / LEDGER).read_bytes(), head=head or read_head(run))
    if chain.broken is not None:
        number, what = chain.broken
        raise _changed(run / LEDGER, f"record {number} {what}")
    last = chain.records[-1]
    if last["kind"] != "report":
        number = len(chain.records) + 1
        raise _changed(run / LEDGER, f"record {number}, of the report, is missing")
    _check_files(run, last["data"]["files"])
    store, named = ImageStore(run / IMAGES), _images(chain.records)
    for image in sorted(named):
        _pixels(store, image)
    cited = {_shown(evidence): evidence for evidence in _evidence(read_report(run))}
    views = {evidence.view.image for evidence in cited.values()}
    originals = {name: image_from(_pixels(store, name), name) for name in views}
    for evidence in cited.values():
        _check_crop(evidence, originals[evidence.view.image])
    return Audit(len(chain.records), last["sha256"], len(named), len(cited))


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


def _evidence(report: Report) -> list[Evidence]:
    findings = [*report.findings, *(out.finding for out in report.removed)]
    tried = [known.verification.evidence for known in findings if known.verification]
    return [item for known in (*(one.evidence for one in findings), *tried) for item in known]


def _shown(evidence: Evidence) -> tuple[object, ...]:
    """The same for looks at the same pixels."""
    view = evidence.view
    return view.image, view.box_px, view.size_px, evidence.hidden_px, evidence.crop


def _check_crop(evidence: Evidence, image: Image) -> None:
    view, box, hidden = evidence.view, evidence.view.box_px, evidence.hidden_px
    if evidence.cover is None or hidden is None:
        seen = cut(image, box, size=view.size_px)
    else:
        cover = COVERS[evidence.cover]
        seen = cut_covered(image, box, size=view.size_px, hidden=hidden, cover=cover)
    if name_pixels(seen.pixels) != evidence.crop:
        raise BadRecord(
            f"{tuple(box)} of {view.image} is not what the report shows as {evidence.name}",
            fix=CHANGED,
        )


def _changed(path: Path, what: str) -> BadRecord:
    return BadRecord(f"{str(path)!r}: {what}", fix=CHANGED)
