"""Labelled parts: drawn (`drawn:N`), listed in a manifest, or in a folder laid out as DeepPCB."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from foveal.evals.deeppcb import TYPES, read_pairs
from foveal.evals.drawn import drawn_part
from foveal.evals.labels import require_labels
from foveal.evals.manifest import read_manifest
from foveal.evals.pairs import LabelledPair, spread
from foveal.evals.seeds import seed_range
from foveal.schemas.errors import BadData
from foveal.schemas.rows import SUFFIXES
from foveal.schemas.workflow import Workflow
from foveal.training.boards.defects import DEFECT_LABELS

Draw = Callable[[int, int], LabelledPair]
"""Board `index` of a `series` of seeds."""

_DRAWN = re.compile(r"drawn:([1-9][0-9]{0,5})")


class Labelled(NamedTuple):
    pairs: list[LabelledPair]
    name: str
    """As reports call them."""

    @property
    def defective(self) -> int:
        return sum(bool(pair.truths) for pair in self.pairs)


def read_labelled(
    data: str,
    workflow: Workflow,
    *,
    series: int,
    limit: int | None = None,
    draw: Draw = drawn_part,
) -> Labelled:
    """`series` are the seeds that boards are drawn from; `limit` are spread over all there are."""
    if drawn := _DRAWN.fullmatch(data):
        count = int(drawn[1])
        return draw_labelled(min(count, limit or count), workflow, series=series, draw=draw)
    path = Path(data)
    if data and path.is_dir():
        require_labels(workflow, TYPES.values())
        pairs = spread(read_pairs(path), limit)
    elif path.suffix in SUFFIXES and path.is_file():
        pairs = spread(read_manifest(path, workflow), limit)
    else:
        raise BadData(
            f"there are no labelled parts at {data!r}",
            fix="give drawn:N, a .csv or .jsonl file, or a folder laid out as DeepPCB",
        )
    return Labelled(pairs, f"{_counted(pairs)} of {path.resolve().name}")


def draw_labelled(
    count: int, workflow: Workflow, *, series: int, draw: Draw = drawn_part
) -> Labelled:
    require_labels(workflow, DEFECT_LABELS)
    pairs = [draw(series, index) for index in range(count)]
    return Labelled(pairs, f"{_counted(pairs)} drawn from seeds {seed_range(series, count)}")


def _counted(pairs: Sequence[LabelledPair]) -> str:
    defective = sum(bool(pair.truths) for pair in pairs)
    return f"{defective} defective and {len(pairs) - defective} good parts"
