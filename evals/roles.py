"""Each role asked by itself about drawn regions that nothing was trained on.

    foveal eval roles [--limit N] [--json]

Once in the wording that ships in English, once in the Chinese one, once in other words, labels and
orders of either. N is how many boards the regions are drawn from. The roles ask in their own words,
whatever the workflow says.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from rich.box import SIMPLE
from rich.console import RenderableType
from rich.table import Column, Table

from foveal.agents.instructions import YES_NO, Role
from foveal.evals.options import EvalOptions
from foveal.evals.seeds import ROLES, generator
from foveal.evals.share import Share
from foveal.models.coordinates import Coordinates
from foveal.models.protocol import ChooseRequest, JsonSchema, VisionLanguageModel, WriteRequest
from foveal.schemas.base import Strict
from foveal.schemas.box import Box
from foveal.training.chunk import Chunk
from foveal.training.crops import VIEW_PX
from foveal.training.regions import draw_chunk
from foveal.training.sample import Sample
from foveal.training.tasks import draw_samples
from foveal.training.wordings import Wording, shipped, vary

BOARDS = 100
_BATCHES = 10
_QUESTIONS_A_BOARD = 4
"""For each role and each kind of words."""

_DIGITS = tuple("0123456789")
_FOUND_IOU = 0.5
_VIEW = (VIEW_PX, VIEW_PX)
_AS_TRAINED = Coordinates()
"""In which the wanted answers are written."""

Words = Literal["en", "zh", "other"]
WORDS: tuple[Words, ...] = get_args(Words)


class Asked(NamedTuple):
    wording: Wording
    samples: list[Sample]


class _Source(NamedTuple):
    chunk: Chunk
    words: Words
    size: int
    """Samples a batch."""

    def of(self, role: Role) -> Iterator[Asked]:
        rng = np.random.default_rng(ROLES)
        for _ in range(_BATCHES):
            wording = vary(rng, role, variety=1.0)
            if self.words != "other":
                wording = shipped(role, self.words)
            yield Asked(wording, draw_samples(rng, role, self.chunk, wording, size=self.size))


class Claims(Strict):
    """`missed`: true denied; `false_alarms`: untrue ones confirmed."""

    missed: Share
    false_alarms: Share


class Places(Strict):
    label: Share
    box: Share
    """IoU of at least 0.5, where there is something to find."""


class RoleFigures(Strict):
    judge: dict[Words, Share]
    look: dict[Words, Share]
    liken: dict[Words, Share]
    verify: dict[Words, Claims]
    confirm: dict[Words, Claims]
    recognise: dict[Words, Claims]
    sight: dict[Words, Share]
    locate: dict[Words, Places]
    boards: int
    model: str
    revision: str


def run(options: EvalOptions) -> dict[str, object]:
    model, boards = options.load_model(), options.limit or BOARDS
    chunk = draw_chunk(generator(ROLES, 0), boards)
    size = max(1, _QUESTIONS_A_BOARD * boards // _BATCHES)
    found: dict[str, dict[Words, Any]] = {role: {} for role in _MEASURED}
    for done, (role, words) in enumerate(product(_MEASURED, WORDS)):
        options.progress(done, len(_MEASURED) * len(WORDS))
        found[role][words] = _MEASURED[role](model, role, _Source(chunk, words, size))
    figures = {**found, "boards": boards, "model": model.name, "revision": model.revision}
    return RoleFigures.model_validate(figures).model_dump()


def show(figures: dict[str, object]) -> RenderableType:
    known = RoleFigures.model_validate(figures)
    table = Table(
        Column(no_wrap=True),
        *WORDS,
        box=SIMPLE,
        title=f"{known.model} on {known.boards} drawn boards",
    )
    rows: dict[str, Callable[[Words], Share]] = {
        "judge: right": lambda words: known.judge[words],
        "look: right": lambda words: known.look[words],
        "liken: right": lambda words: known.liken[words],
        "verify: true denied": lambda words: known.verify[words].missed,
        "verify: untrue confirmed": lambda words: known.verify[words].false_alarms,
        "confirm: true denied": lambda words: known.confirm[words].missed,
        "confirm: untrue confirmed": lambda words: known.confirm[words].false_alarms,
        "recognise: boards denied": lambda words: known.recognise[words].missed,
        "recognise: others confirmed": lambda words: known.recognise[words].false_alarms,
        "sight: right": lambda words: known.sight[words],
        "locate: label right": lambda words: known.locate[words].label,
        "locate: box at IoU 0.5": lambda words: known.locate[words].box,
    }
    for name, share in rows.items():
        table.add_row(name, *(str(share(words)) for words in WORDS))
    return table


def _named(model: VisionLanguageModel, role: Role, source: _Source) -> Share:
    return Share.counted(
        [
            answer == sample.answer
            for asked in source.of(role)
            for sample, answer in _chosen(model, asked, _labels(asked.wording))
        ]
    )


def _claimed(model: VisionLanguageModel, role: Role, source: _Source) -> Claims:
    said: dict[bool, list[bool]] = {True: [], False: []}
    for asked in source.of(role):
        yes, no = YES_NO[asked.wording.language]
        for sample, answer in _chosen(model, asked, (yes, no)):
            said[sample.answer == yes].append(answer != sample.answer)
    return Claims(missed=Share.counted(said[True]), false_alarms=Share.counted(said[False]))


def _read(model: VisionLanguageModel, role: Role, source: _Source) -> Share:
    return Share.counted(
        [
            answer == sample.answer
            for asked in source.of(role)
            for sample, answer in _chosen(model, asked, _DIGITS)
        ]
    )


def _located(model: VisionLanguageModel, role: Role, source: _Source) -> Places:
    labels: list[bool] = []
    boxes: list[bool] = []
    coordinates = model.coordinates
    box = coordinates.box_schema(size=_VIEW)
    for asked in source.of(role):
        schema = JsonSchema(_place_schema(_labels(asked.wording), box))
        requests = [WriteRequest(sample.conversation, schema, 60) for sample in asked.samples]
        for sample, reply in zip(asked.samples, model.write(requests), strict=True):
            wanted, said = json.loads(sample.answer), json.loads(reply.text)
            labels.append(said["label"] == wanted["label"])
            if wanted["box"] is not None:
                given = said["box"]
                boxes.append(given is not None and _meet(wanted["box"], given, coordinates))
    return Places(label=Share.counted(labels), box=Share.counted(boxes))


def _meet(
    wanted: Sequence[int], said: Sequence[int], coordinates: Coordinates = _AS_TRAINED
) -> bool:
    """Whether a box that the model wrote in its `coordinates` finds the wanted one."""
    corners = coordinates.parse_box(said, size=_VIEW)
    found = Box(*_AS_TRAINED.write_box(corners, size=_VIEW))
    return Box(*wanted).iou(found) >= _FOUND_IOU


def _place_schema(labels: Sequence[str], box: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "label": {"enum": list(labels)},
            "box": {"anyOf": [box, {"type": "null"}]},
        },
        "required": ["label", "box"],
        "additionalProperties": False,
    }


def _chosen(
    model: VisionLanguageModel, asked: Asked, answers: tuple[str, ...]
) -> Iterator[tuple[Sample, str]]:
    requests = [ChooseRequest(sample.conversation, answers) for sample in asked.samples]
    for sample, choice in zip(asked.samples, model.choose(requests), strict=True):
        yield sample, choice.answer


def _labels(wording: Wording) -> tuple[str, ...]:
    return tuple(label.name for label in wording.labels.values())


_MEASURED: dict[Role, Callable[[VisionLanguageModel, Role, _Source], Any]] = {
    "judge": _named,
    "look": _named,
    "liken": _named,
    "verify": _claimed,
    "confirm": _claimed,
    "recognise": _claimed,
    "sight": _read,
    "locate": _located,
}
