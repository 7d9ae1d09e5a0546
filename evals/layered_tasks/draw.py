"""Tasks for labelled parts, drawn so that each has one right answer.

A size may be read off the labelled box or off what changed, which labels exceed by a margin. A
threshold is therefore drawn so that no defect is near it by either reading, and a worst defect is
only asked for where one is clearly the largest.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from numpy.random import Generator

from foveal.evals.drawn import MARGIN_PX, drawn_pair
from foveal.evals.layered_tasks.task import KINDS, Kind, LayeredTask, Question, Value
from foveal.evals.layered_tasks.wordings import constraint_sentence, inside_sentence
from foveal.evals.matching import Truth
from foveal.evals.pairs import LabelledPair
from foveal.evals.seeds import ASKED, generator
from foveal.schemas.box import Box
from foveal.schemas.constraint import Constraint
from foveal.schemas.errors import BadWorkflow
from foveal.schemas.language import Language
from foveal.schemas.workflow import Workflow

_CLEAR = 1.15
"""By this factor sizes differ that are to be told apart."""

_TRANSLATED = 0.25
"""So many tasks are put in the other language."""

_BORDER_PX = 10
"""By which a found box may leave a region that holds the labelled one."""

_MOST_DEFECTS = 3
_ATTEMPTS = 60


class Drawn(NamedTuple):
    question: Question
    truth: dict[str, Value]


@dataclass(frozen=True)
class _Part:
    truths: tuple[Truth, ...]
    size_px: tuple[int, int]
    workflow: Workflow
    """In the language that the task is asked in."""

    def question(self, kind: Kind, constraint: Constraint | None = None) -> Question:
        return Question(kind, self.workflow.language, constraint)


def board(series: int, index: int) -> LabelledPair:
    """With up to three defects; every kind of task comes to meet every number of them."""
    return drawn_pair(series, index, defects=(index + index // len(KINDS)) % (_MOST_DEFECTS + 1))


def draw_tasks(pairs: Sequence[LabelledPair], workflow: Workflow) -> list[LayeredTask]:
    """One for each part: the kinds in turn, and the next where a part does not allow for one."""
    spoken = _spoken(workflow)
    return [_task(pair, index, spoken) for index, pair in enumerate(pairs)]


def _task(pair: LabelledPair, index: int, spoken: Sequence[Workflow]) -> LayeredTask:
    rng = generator(ASKED, index)
    workflow = spoken[int(rng.random() < _TRANSLATED) % len(spoken)]
    part = _Part(pair.truths, pair.read()[-1].size, workflow)
    for turn in range(len(KINDS)):
        kind = KINDS[(index + turn) % len(KINDS)]
        if drawn := _DRAW[kind](rng, part):
            return LayeredTask(f"{pair.name}, {kind}", pair, part.size_px, *drawn)
    raise AssertionError("a report can be asked for of every part")


def _spoken(workflow: Workflow) -> list[Workflow]:
    """The workflow in its own language, and in the other one where it has all of it."""
    other: Language = "en" if workflow.language == "zh" else "zh"
    try:
        return [workflow, workflow.in_language(other)]
    except BadWorkflow:
        return [workflow]


def _kinds(rng: Generator, part: _Part) -> Drawn:
    defects = part.workflow.defects
    count = int(rng.integers(1, min(3, len(defects) + 1)))
    asked = sorted(defects[index] for index in rng.permutation(len(defects))[:count])
    if part.truths and rng.random() < 0.7:
        asked = sorted({*asked[1:], part.truths[0].label})
    rule = {"properties": {"label": {"enum": asked}}}
    sentence = constraint_sentence(part.workflow, labels=asked)
    kept = [truth for truth in part.truths if truth.label in asked]
    constraint = Constraint(sentence=sentence, finding=rule)
    return Drawn(part.question("kinds", constraint), {"findings": _listed(kept)})


def _size(rng: Generator, part: _Part) -> Drawn | None:
    if part.workflow.scale is None:
        return None
    px_per_mm = part.workflow.scale.px_per_mm
    for _ in range(_ATTEMPTS):
        least_mm = round(float(rng.uniform(0.3, 1.5)), 2)
        least_px = least_mm * px_per_mm
        if all(_is_clear(truth.box, least_px) for truth in part.truths):
            rule = {"properties": {"size_mm": {"minimum": least_mm}}}
            constraint = Constraint(
                sentence=constraint_sentence(part.workflow, least_mm=least_mm), finding=rule
            )
            kept = [truth for truth in part.truths if _longest(truth.box) >= least_px]
            return Drawn(part.question("size", constraint), {"findings": _listed(kept)})
    return None


def _quarters(_: Generator, part: _Part) -> Drawn | None:
    quarters = quarter_boxes(part.size_px)
    counts = Counter(
        name
        for truth in part.truths
        for name, box in quarters.items()
        if box.intersection(truth.box) == truth.box
    )
    if counts.total() < len(part.truths):
        return None
    return Drawn(part.question("quarters"), {name: counts[name] for name in quarters})


def _worst(_: Generator, part: _Part) -> Drawn | None:
    ranked = sorted(part.truths, key=lambda truth: -_longest(truth.box))
    if not ranked:
        return None
    if len(ranked) > 1 and _longest(ranked[0].box) < _CLEAR * _longest(ranked[1].box):
        return None
    return Drawn(part.question("worst"), {"label": ranked[0].label, "box": ranked[0].box})


def _inside(rng: Generator, part: _Part) -> Drawn | None:
    """Yes and no are equally often looked for, and no is not always a place without defects."""
    defects, wanted = part.workflow.defects, rng.random() < 0.5
    known = sorted({truth.label for truth in part.truths})
    label = str(rng.choice(known if known and (wanted or rng.random() < 0.5) else defects))
    found: Drawn | None = None
    for _ in range(_ATTEMPTS):
        box = _random_box(rng, part.size_px)
        inside = _is_inside(label, box, part.truths)
        if inside is not None and (found is None or inside == wanted):
            constraint = _only_inside(label, box, part.workflow)
            question = Question("inside", part.workflow.language, constraint, label, box)
            found = Drawn(question, {"found": "yes" if inside else "no"})
            if inside == wanted:
                break
    return found


def _only_inside(label: str, box: Box, workflow: Workflow) -> Constraint:
    """Of the places that a finding's box may lie in, some pixels more: none lies on the border."""
    low = [{"minimum": corner - _BORDER_PX} for corner in (box.x1, box.y1)]
    high = [{"maximum": corner + _BORDER_PX} for corner in (box.x2, box.y2)]
    rule = {"properties": {"label": {"const": label}, "box_px": {"prefixItems": [*low, *high]}}}
    return Constraint(sentence=inside_sentence(workflow, label), finding=rule)


def _report(_: Generator, part: _Part) -> Drawn:
    verdict = "fail" if part.truths else "pass"
    listed = _listed(part.truths)
    truth: dict[str, Value] = {"verdict": verdict, "count": len(listed), "findings": listed}
    return Drawn(part.question("report"), truth)


_DRAW: dict[Kind, Callable[[Generator, _Part], Drawn | None]] = {
    "kinds": _kinds,
    "size": _size,
    "quarters": _quarters,
    "worst": _worst,
    "inside": _inside,
    "report": _report,
}


def quarter_boxes(size_px: tuple[int, int]) -> dict[str, Box]:
    width, height = size_px
    x, y = width // 2, height // 2
    return {
        "top_left": Box(0, 0, x, y),
        "top_right": Box(x, 0, width, y),
        "bottom_left": Box(0, y, x, height),
        "bottom_right": Box(x, y, width, height),
    }


def _listed(truths: Sequence[Truth]) -> list[Value]:
    return [{"label": truth.label, "box": truth.box} for truth in truths]


def _longest(box: Box) -> int:
    return max(box.width, box.height)


def _is_clear(box: Box, least_px: float) -> bool:
    changed = _longest(box) - 2 * MARGIN_PX
    return _longest(box) * _CLEAR < least_px or changed / _CLEAR > least_px


def _random_box(rng: Generator, size_px: tuple[int, int]) -> Box:
    sides = [int(side * rng.uniform(0.3, 0.6)) for side in size_px]
    x, y = (int(rng.integers(0, whole - side)) for whole, side in zip(size_px, sides, strict=True))
    return Box(x, y, x + sides[0], y + sides[1])


def _is_inside(label: str, box: Box, truths: Sequence[Truth]) -> bool | None:
    """None where one lies across the border."""
    areas = [
        (box.intersection_area(truth.box), truth.box.area)
        for truth in truths
        if truth.label == label
    ]
    if any(0 < shared < area for shared, area in areas):
        return None
    return any(shared for shared, _ in areas)
