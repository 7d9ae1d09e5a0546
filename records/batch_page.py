"""A batch as one page: what became of each part, those to look at first; no network, no script."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from foveal.records.batch_directory import SUMMARY, BatchDirectory
from foveal.records.environment import environment
from foveal.records.outcome import ITEMS, NotInspected, Outcome
from foveal.records.picture import Picture, overview
from foveal.records.run_directory import IMAGES, PAGE, read_report
from foveal.records.store import ImageStore
from foveal.records.tested_image import tested_image
from foveal.records.whole_file import write_whole
from foveal.schemas.box import Box
from foveal.schemas.report import Report

Became = Literal["fail", "review", "error", "pass"]
"""In the order that a person looks at them."""

_MOST_PICTURES = 120
_SIDE_PX = 320


@dataclass(frozen=True)
class Thumbnail:
    picture: Picture
    boxes: list[Box]


@dataclass(frozen=True)
class Tile:
    """One item."""

    id: str
    became: Became
    reason: str
    labels: list[str]
    """Each once."""

    link: str | None = None
    thumbnail: Thumbnail | None = None


@dataclass(frozen=True)
class Page:
    workflow: str
    model: str
    items: int
    """In the manifest; there are fewer tiles where the batch stopped."""

    stopped: str | None
    tiles: Sequence[Tile]
    became: list[tuple[Became, int]]
    labels: list[tuple[str, int]]
    """With the number of parts that show each, the commonest first."""


def write_page(directory: BatchDirectory, items: Sequence[str], *, stopped: str | None) -> None:
    """`items` are those of the list, in its order. Raises BadRecord where a report is gone."""
    page = render_batch(directory, items, stopped=stopped)
    write_whole(directory.path / SUMMARY, page.encode())


def render_batch(directory: BatchDirectory, items: Sequence[str], *, stopped: str | None) -> str:
    done = [directory.outcomes[item] for item in items if item in directory.outcomes]
    tiles = [
        _tile(outcome, directory.path, pictured=at < _MOST_PICTURES)
        for at, outcome in enumerate(sorted(done, key=_urgency))
    ]
    counts = Counter(tile.became for tile in tiles)
    labels = Counter(label for tile in tiles for label in tile.labels)
    page = Page(
        workflow=directory.told["name"],
        model=directory.told["model"],
        items=len(items),
        stopped=stopped,
        tiles=tiles,
        became=[(became, counts[became]) for became in get_args(Became)],
        labels=labels.most_common(),
    )
    return environment().get_template("batch.html.j2").render(page=page)


def _became(outcome: Outcome) -> Became:
    return "error" if isinstance(outcome, NotInspected) else outcome.verdict


def _urgency(outcome: Outcome) -> int:
    return get_args(Became).index(_became(outcome))


def _tile(outcome: Outcome, batch: Path, *, pictured: bool) -> Tile:
    if isinstance(outcome, NotInspected):
        return Tile(outcome.id, "error", outcome.error, [])
    run = batch / ITEMS / outcome.folder
    report = read_report(run)
    return Tile(
        outcome.id,
        outcome.verdict,
        report.reason,
        list(dict.fromkeys(finding.label for finding in report.findings)),
        link=f"{ITEMS}/{outcome.folder}/{PAGE}",
        thumbnail=_thumbnail(report, ImageStore(run / IMAGES)) if pictured else None,
    )


def _thumbnail(report: Report, images: ImageStore) -> Thumbnail | None:
    record = tested_image(report)
    if record is None:
        return None
    boxes = [finding.box_px for finding in report.findings]
    return Thumbnail(overview(images.read(record.id), longest=_SIDE_PX), boxes)
