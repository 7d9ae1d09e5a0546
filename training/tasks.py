"""Training batches put in the agents' own words: one wording a batch, many regions under it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from json import dumps
from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from foveal.agents.instructions import YES_NO, Brief, Role
from foveal.agents.moves import moves, offering
from foveal.agents.scout import MOST_REGIONS
from foveal.models.coordinates import Coordinates
from foveal.models.protocol import Conversation, Picture
from foveal.models.tool_text import call_text
from foveal.tools.image import Pixels
from foveal.tools.view import resized
from foveal.training.boards.pair import SIZE_PX
from foveal.training.chunk import DIGIT_0, KINDS, NONE, SURVEY_PX, Chunk, known
from foveal.training.crops import Crops, Tone, draw_crops
from foveal.training.digits import draw_digit
from foveal.training.documents import Document, draw_document
from foveal.training.explorations import SIDES, STEPS, Board, draw_exploration
from foveal.training.strangers import draw_stranger
from foveal.training.thoughts import SEEN, with_thought
from foveal.training.turn import Turn
from foveal.training.views import BoardView, draw_view
from foveal.training.wordings import OTHER_SUBJECTS, Wording, vary

_HARMLESS_SHARE = 0.25
_FEW, _FEW_SHARE = 2, 0.6
_TURNED_ROUND = 0.15
"""Share of batches that show the tested picture first."""

_TRUE_CLAIMS = 0.45
"""Share of claims that are made true, besides those that happen to be."""

_LENGTHS = 3
"""Times as many documents are drawn as a batch holds."""

_BOARDS_ASKED_FOR = 0.85
"""Share of batches that ask whether pictures show boards."""

_TRIES = 12
"""For a view of what is claimed."""

_ANNOTATION_MARGIN = 7 / SIZE_PX
"""Left around a change by whoever draws boxes by hand, over the side of the board."""

_EXPLORED_FEW = 0.3
"""Share of explored boards with few defects: on most of those nothing is left to do."""

_MOST_ZOOMS = 3
"""Before the call that a sample practises."""

_STEP = 10
"""Thousandths that written corners are multiples of: finer digits would be noise to learn."""


@dataclass(frozen=True, eq=False)
class Sample:
    conversation: Conversation
    answer: str
    truths: NDArray[np.float32]
    """What the last picture shows where, kind and corners 0 to 1, for the auxiliary loss."""


TESTED = "B"
"""The name of the tested picture in every instruction."""


def picture_names(conversation: Conversation) -> list[str]:
    """In the order shown."""
    return [
        part.name for message in conversation for part in message.parts if isinstance(part, Picture)
    ]


Task = Role | Literal["judge thinking", "look thinking"]
"""What is practised: a role, or a role that thinks before it answers."""

SIZES: dict[Task, int] = {
    "judge": 48,
    "locate": 36,
    "verify": 48,
    "survey": 8,
    "sight": 64,
    "look": 80,
    "find": 64,
    "confirm": 80,
    "recognise": 32,
    "report": 32,
    "judge thinking": 40,
    "look thinking": 64,
    "scout": 12,
    "explore": 24,
}
TASKS = tuple(SIZES)

_SIGHTS = 128
"""Views of a step without a question."""

_compact = partial(dumps, ensure_ascii=False, separators=(",", ":"))
"""JSON as the engine's grammar writes it."""


@dataclass(frozen=True)
class Mixture:
    """How often each task is practised, and how much its wording varies."""

    weights: dict[Task, float]
    """Against one another, among the steps that put a question."""

    variety: float
    seeing: float
    """Share of steps that train the vision tower alone, at a third of the time of a question."""

    def draw(self, rng: Generator) -> Task:
        tasks, weights = list(self.weights), np.array(list(self.weights.values()))
        return tasks[rng.choice(len(tasks), p=weights / weights.sum())]


# Documents come first: copying takes thousands of steps to learn.
_EARLY = Mixture(
    {
        "judge": 0.2,
        "locate": 0.03,
        "verify": 0.06,
        "survey": 0.02,
        "sight": 0.03,
        "look": 0.3,
        "find": 0.15,
        "confirm": 0.1,
        "recognise": 0.04,
        "report": 2.0,
        "judge thinking": 0.06,
        "look thinking": 0.06,
        "scout": 0.03,
        "explore": 0.12,
    },
    variety=0.3,
    seeing=0.1,
)
_LATE = replace(_EARLY, weights=_EARLY.weights | {"report": 0.7}, variety=0.35, seeing=0.2)
_EARLY_SHARE = 0.5


def mixture(progress: float) -> Mixture:
    """For a training that has come so far, 0 to 1."""
    return _EARLY if progress < _EARLY_SHARE else _LATE


def draw_batch(
    rng: Generator, task: Task, chunk: Chunk, *, variety: float, share: int = 1
) -> list[Sample]:
    """As many samples as the task's batch holds, divided by `share`."""
    wording = vary(rng, role_of(task), variety=variety)
    return draw_samples(rng, task, chunk, wording, size=max(1, SIZES[task] // share))


def role_of(task: Task) -> Role:
    if task == "judge thinking":
        return "judge"
    return "look" if task == "look thinking" else task


def draw_sights(rng: Generator, chunk: Chunk, *, share: int = 1) -> list[BoardView]:
    """Views to name the cells of, with no question put."""
    return list(_views(rng, chunk, max(1, _SIGHTS // share)))


def draw_samples(
    rng: Generator, task: Task, chunk: Chunk, wording: Wording, *, size: int
) -> list[Sample]:
    return _DRAW[task](rng, chunk, wording, size)


def _judge(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    brief = _turned_now_and_then(rng, wording.brief())
    return [
        Sample(brief.conversation(crops.pictures), _name(wording, crops.kind), crops.truths)
        for crops in _crops(rng, chunk, size)
    ]


def _judge_thinking(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    wording = wording.thinking(rng)
    brief = _turned_now_and_then(rng, wording.brief())
    samples = []
    for crops in _crops(rng, chunk, size):
        answer = with_thought(rng, wording, crops.truths, crops.kind, compared=True)
        samples.append(Sample(brief.conversation(crops.pictures), answer, crops.truths))
    return samples


def _turned_now_and_then(rng: Generator, brief: Brief) -> Brief:
    return brief.turned_round() if rng.random() < _TURNED_ROUND else brief


def _locate(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    brief = wording.brief()
    return [
        Sample(brief.conversation(crops.pictures), _located(wording, crops), crops.truths)
        for crops in _crops(rng, chunk, size)
    ]


def _located(wording: Wording, crops: Crops) -> str:
    box = None if crops.kind == NONE else _thousandths(crops.box)
    return _compact({"label": _name(wording, crops.kind), "box": box})


def _verify(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    claimed = int(rng.integers(len(KINDS)))
    brief = _turned_now_and_then(rng, wording.brief(claim=_name(wording, claimed)))
    yes, no = YES_NO[wording.language]
    samples = []
    for row in _rows(rng, chunk, size):
        crops = draw_crops(rng, chunk, _claimed_row(rng, chunk, claimed, row))
        answer = yes if crops.kind == claimed else no
        samples.append(Sample(brief.conversation(crops.pictures), answer, crops.truths))
    return samples


def _claimed_row(rng: Generator, chunk: Chunk, claimed: int, row: int) -> int:
    """A region of the claimed kind now and then, else the one given."""
    of_kind = np.nonzero(chunk.kinds == claimed)[0]
    if len(of_kind) and rng.random() < _TRUE_CLAIMS:
        return int(rng.choice(of_kind))
    return row


def _survey(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    brief = wording.brief()
    samples = []
    for row in _boards(rng, chunk, size):
        turn = Turn.draw(rng)
        shown = (turn.picture(image) for image in chunk.surveys[row])
        pictures = [Picture(name, pixels) for name, pixels in zip("AB", shown, strict=True)]
        truths = turn.truths(known(chunk.boards[row]) / _SURVEY_SIDES)
        truths = _from_the_top(truths)
        answer = _listed(wording, truths, margin=_ANNOTATION_MARGIN)
        samples.append(Sample(brief.conversation(pictures), answer, truths))
    return samples


def _boards(rng: Generator, chunk: Chunk, size: int, *, few_share: float = _FEW_SHARE) -> list[int]:
    """Boards at random, most of them with few defects: short lists teach what a box is."""
    few = np.nonzero((chunk.boards[:, :, 0] >= 0).sum(1) <= _FEW)[0]
    anywhere = np.arange(len(chunk.boards))
    pick = rng.random(size) < few_share
    return [int(rng.choice(few if easy and len(few) else anywhere)) for easy in pick]


def _from_the_top(truths: NDArray[np.float32]) -> NDArray[np.float32]:
    return truths[np.lexsort((truths[:, 1], truths[:, 2]))]


_SURVEY_SIDES = np.array([1, *[SURVEY_PX] * 4], np.float32)


def _listed(wording: Wording, truths: NDArray[np.float32], *, margin: float = 0.0) -> str:
    """With a margin around each, over the side of the picture."""
    margins = margin * np.array([-1, -1, 1, 1])
    findings = [
        {"label": _name(wording, int(truth[0])), "box": _thousandths(truth[1:] + margins)}
        for truth in truths
    ]
    return _compact({"findings": findings})


def _sight(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    del chunk
    brief = wording.brief()
    samples = []
    for _ in range(size):
        digit = int(rng.integers(10))
        drawn = draw_digit(rng, digit)
        conversation = brief.conversation([Picture("A", drawn.pixels)])
        truths = np.array([[DIGIT_0 + digit, *drawn.corners]], np.float32)
        samples.append(Sample(conversation, str(digit), truths))
    return samples


def _look(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    brief = wording.brief()
    samples = []
    for view in _views(rng, chunk, size):
        kind = int(view.truths[0, 0]) if len(view.truths) else NONE
        samples.append(_alone(brief, view, _name(wording, kind)))
    return samples


def _look_thinking(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    wording = wording.thinking(rng)
    brief = wording.brief()
    samples = []
    for view in _views(rng, chunk, size):
        kind = int(view.truths[0, 0]) if len(view.truths) else NONE
        answer = with_thought(rng, wording, view.truths, kind, compared=False)
        samples.append(_alone(brief, view, answer))
    return samples


def _find(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    brief = wording.brief()
    return [_alone(brief, view, _listed(wording, view.truths)) for view in _views(rng, chunk, size)]


def _confirm(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    """A claim a batch; views of what is claimed are drawn more often."""
    claimed = int(rng.integers(len(KINDS)))
    brief = wording.brief(claim=_name(wording, claimed))
    yes, no = YES_NO[wording.language]
    samples = []
    for _ in range(size):
        views = _views(rng, chunk, _TRIES if rng.random() < _TRUE_CLAIMS else 1)
        view = _first(views, lambda view: _in_the_middle(view) == claimed)
        answer = yes if _in_the_middle(view) == claimed else no
        samples.append(_alone(brief, view, answer))
    return samples


def _recognise(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    """Half boards, half anything else; now and then something else is asked for."""
    asked_for_boards = rng.random() < _BOARDS_ASKED_FOR
    if not asked_for_boards:
        others = OTHER_SUBJECTS[wording.language]
        wording = replace(wording, subject=str(rng.choice(others)))
    brief = wording.brief()
    yes, no = YES_NO[wording.language]
    samples = []
    for row in rng.integers(len(chunk.surveys), size=size):
        is_board = rng.random() < 0.5
        pixels = _board(rng, chunk, int(row)) if is_board else draw_stranger(rng)
        answer = yes if is_board and asked_for_boards else no
        nothing = np.empty((0, 5), np.float32)
        samples.append(Sample(brief.conversation([Picture("A", pixels)]), answer, nothing))
    return samples


def _board(rng: Generator, chunk: Chunk, row: int) -> Pixels:
    """The whole of it or a part, a template or tested."""
    whole = chunk.surveys[row, rng.integers(2)]
    if rng.random() < 0.5:
        whole = chunk.parts[row]
        side = int(rng.integers(SURVEY_PX, len(whole) + 1))
        x, y = rng.integers(0, len(whole) - side + 1, 2)
        whole = resized(whole[y : y + side, x : x + side], (SURVEY_PX, SURVEY_PX))
    return Turn.draw(rng).picture(Tone.draw(rng).apply(whole))


def _first(views: Iterable[BoardView], fits: Callable[[BoardView], bool]) -> BoardView:
    """Else the last one."""
    for view in views:
        if fits(view):
            break
    return view


def _in_the_middle(view: BoardView) -> int:
    kind = view.in_the_middle
    return NONE if kind is None else kind


def _views(rng: Generator, chunk: Chunk, size: int) -> Iterator[BoardView]:
    for _ in range(size):
        yield draw_view(rng, chunk)


def _alone(brief: Brief, view: BoardView, answer: str) -> Sample:
    return Sample(brief.conversation([view.picture]), answer, view.truths)


def _report(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    """Each sample has facts and a schema of its own: few schemas would be learned by heart.

    Those of one batch are about as long as one another, so that little of it is padding.
    """
    del chunk
    drawn = (draw_document(rng, wording) for _ in range(_LENGTHS * size))
    samples = sorted((_told(document, wording) for document in drawn), key=_length)
    first = int(rng.integers(len(samples) - size + 1))
    return samples[first : first + size]


def _told(document: Document, wording: Wording) -> Sample:
    brief = wording.brief(**document.values)
    return Sample(brief.told(), document.answer, _NOTHING_SHOWN)


def _length(sample: Sample) -> int:
    return sum(len(str(part)) for message in sample.conversation for part in message.parts)


_NOTHING_SHOWN = np.empty((0, 5), np.float32)


def _scout(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    brief = wording.brief()
    samples = []
    for row in _boards(rng, chunk, size):
        turn = Turn.draw(rng)
        picture = Picture("A", turn.picture(chunk.surveys[row, 1]))
        truths = _from_the_top(turn.truths(known(chunk.boards[row]) / _SURVEY_SIDES))
        answer = _suspected(rng, wording, truths[:MOST_REGIONS])
        samples.append(Sample(brief.conversation([picture]), answer, truths))
    return samples


def _suspected(rng: Generator, wording: Wording, truths: NDArray[np.float32]) -> str:
    margins = _ANNOTATION_MARGIN * np.array([-1, -1, 1, 1])
    reasons = SEEN[wording.language]
    regions = [
        {
            "box": _thousandths(truth[1:] + margins),
            "why": str(rng.choice(reasons[KINDS[int(truth[0])]])),
        }
        for truth in truths
    ]
    return _compact({"regions": regions})


def _explore(rng: Generator, chunk: Chunk, wording: Wording, size: int) -> list[Sample]:
    """As many pictures in each conversation, and zooms of one side: the instructions name it."""
    zooms, side = int(rng.integers(_MOST_ZOOMS + 1)), int(rng.integers(*SIDES, endpoint=True))
    written = side * 1000 // STEPS
    brief = wording.brief(width=written, height=written)
    box = Coordinates().box_schema(size=(SURVEY_PX, SURVEY_PX))
    labels = [label.name for kind, label in wording.labels.items() if kind != KINDS[NONE]]
    samples = []
    for row in _boards(rng, chunk, size, few_share=_EXPLORED_FEW):
        board = Board.draw(rng, chunk, row)
        explored = draw_exploration(rng, board, wording=wording, zooms=zooms, side=side)
        asked = offering(brief.conversation([explored.overview]), moves(labels, box=box))
        conversation = (*asked, *explored.turns)
        samples.append(Sample(conversation, call_text(explored.call), explored.truths))
    return samples


_DRAW: dict[Task, Callable[[Generator, Chunk, Wording, int], list[Sample]]] = {
    "judge": _judge,
    "locate": _locate,
    "verify": _verify,
    "survey": _survey,
    "sight": _sight,
    "look": _look,
    "find": _find,
    "confirm": _confirm,
    "recognise": _recognise,
    "report": _report,
    "judge thinking": _judge_thinking,
    "look thinking": _look_thinking,
    "scout": _scout,
    "explore": _explore,
}


def _crops(rng: Generator, chunk: Chunk, size: int) -> Iterator[Crops]:
    for row in _rows(rng, chunk, size):
        yield draw_crops(rng, chunk, row)


def _rows(rng: Generator, chunk: Chunk, size: int) -> list[int]:
    """Regions at random, a quarter of them harmless."""
    harmful = np.nonzero(chunk.kinds != NONE)[0]
    harmless = np.nonzero(chunk.kinds == NONE)[0]
    pick = rng.random(size) < _HARMLESS_SHARE
    return [int(rng.choice(harmless if quiet else harmful)) for quiet in pick]


def _name(wording: Wording, kind: int) -> str:
    return wording.labels[KINDS[kind]].name


def _thousandths(corners: NDArray[np.floating]) -> list[int]:
    steps = np.round(corners * 1000 / _STEP)
    return [int(step) * _STEP for step in np.clip(steps, 0, 1000 // _STEP)]
