import json
from collections.abc import Callable
from typing import Any, cast

import pytest

from foveal.evals.layered_tasks.answers import Answer, answer_schema, find_json, read_answer
from foveal.evals.layered_tasks.notation import Notation, as_reported, as_shown
from foveal.evals.layered_tasks.scoring import Judged, scored
from foveal.evals.layered_tasks.task import Kind, LayeredTask, Question, Value
from foveal.evals.pairs import LabelledPair
from foveal.models.coordinates import Coordinates
from foveal.schemas.box import Box
from foveal.schemas.constraint import Constraint
from foveal.schemas.view import View
from foveal.schemas.workflow import Workflow

Part = Callable[..., LabelledPair]
Score = Callable[[str, str], Judged]

SIZE = (640, 640)
OPEN, SPUR = Box(100, 100, 160, 140), Box(400, 100, 430, 160)
LIST: list[Value] = [{"label": "open", "box": OPEN}, {"label": "spur", "box": SPUR}]

RULES: dict[str, dict[str, Any]] = {
    "kinds": {"properties": {"label": {"enum": ["open", "spur"]}}},
    "size": {"properties": {"size_mm": {"minimum": 1.0}}},
}
TRUTHS: dict[str, dict[str, Value]] = {
    "kinds": {"findings": LIST},
    "size": {"findings": LIST},
    "quarters": {"top_left": 1, "top_right": 1, "bottom_left": 0, "bottom_right": 0},
    "worst": {"label": "open", "box": OPEN},
    "inside": {"found": "yes"},
    "report": {"verdict": "fail", "count": 2, "findings": LIST},
}


@pytest.fixture
def notation(workflow: Workflow) -> Notation:
    return as_reported(SIZE, workflow)


@pytest.fixture
def score(notation: Notation, part: Part) -> Score:
    """An answer written to a task of some kind, whose truth stands above."""

    def score(kind: str, text: str) -> Judged:
        rule = RULES.get(kind)
        constraint = Constraint(sentence="…", finding=rule) if rule else None
        question = Question(cast("Kind", kind), "en", constraint)
        task = LayeredTask("task", part(), SIZE, question, TRUTHS[kind])
        schema = answer_schema(question, notation)
        return scored(Answer(text, read_answer(find_json(text), schema, notation)), task, 48)

    return score


def item(label: str, *box: int) -> str:
    return json.dumps({"label": label, "box": list(box)})


OPEN_FOUND, SPUR_FOUND = item("open", 105, 105, 165, 145), item("spur", 400, 100, 430, 155)
SHORT_FOUND = item("short", 10, 10, 90, 60)

RIGHT = {
    "a list in another order": ("kinds", f'{{"findings": [{SPUR_FOUND}, {OPEN_FOUND}]}}'),
    "a list of large ones": ("size", f'{{"findings": [{OPEN_FOUND}, {SPUR_FOUND}]}}'),
    "counts": ("quarters", json.dumps(TRUTHS["quarters"])),
    "the worst": ("worst", OPEN_FOUND),
    "a word": ("inside", '{"found": "yes"}'),
    "JSON after a thought": ("inside", 'I see one.\n```json\n{"found": "yes"}\n```'),
    "a report": (
        "report",
        f'{{"verdict": "fail", "count": 2, "findings": [{OPEN_FOUND}, {SPUR_FOUND}]}}',
    ),
}
WRONG = {
    "one too few": ("kinds", f'{{"findings": [{OPEN_FOUND}]}}'),
    "one twice": ("kinds", f'{{"findings": [{OPEN_FOUND}, {OPEN_FOUND}]}}'),
    "another label": ("worst", item("spur", *OPEN)),
    "another place": ("worst", item("open", 300, 300, 360, 340)),
    "another number": ("quarters", json.dumps(TRUTHS["quarters"] | {"top_left": 2})),
    "another word": ("inside", '{"found": "no"}'),
    "a count that its list contradicts": (
        "report",
        f'{{"verdict": "fail", "count": 1, "findings": [{OPEN_FOUND}, {SPUR_FOUND}]}}',
    ),
}
INVALID = {
    "no JSON": ("inside", "yes"),
    "JSON cut short": ("inside", '{"found": "y'),
    "a key too many": ("inside", '{"found": "yes", "why": ""}'),
    "a label that does not exist": ("worst", item("crack", *OPEN)),
    "an empty answer": ("inside", ""),
    "a number out of bounds": ("quarters", json.dumps(TRUTHS["quarters"] | {"top_left": -1})),
}
DISOBEYING = {
    "a kind that is not asked for": ("kinds", f'{{"findings": [{OPEN_FOUND}, {SHORT_FOUND}]}}'),
    "one that is too small": ("size", f'{{"findings": [{item("open", 0, 0, 40, 40)}]}}'),
}


@pytest.mark.parametrize(("kind", "text"), RIGHT.values(), ids=RIGHT)
def test_a_right_answer_completes_its_task(score: Score, kind: str, text: str) -> None:
    assert score(kind, text).outcome == "completed"


@pytest.mark.parametrize(("kind", "text"), WRONG.values(), ids=WRONG)
def test_an_answer_that_is_not_true_is_wrong(score: Score, kind: str, text: str) -> None:
    assert score(kind, text).outcome == "wrong"


@pytest.mark.parametrize(("kind", "text"), INVALID.values(), ids=INVALID)
def test_what_the_schema_refuses_is_invalid(score: Score, kind: str, text: str) -> None:
    assert score(kind, text).outcome == "invalid"


@pytest.mark.parametrize(("kind", "text"), DISOBEYING.values(), ids=DISOBEYING)
def test_a_list_of_what_the_constraint_excludes_disobeys(
    score: Score, kind: str, text: str
) -> None:
    judged = score(kind, text)

    assert judged.outcome == "disobeys"
    assert "box_px" in judged.why


def test_a_box_in_a_picture_is_read_back_to_original_pixels(workflow: Workflow) -> None:
    view = View(image="img:" + "0" * 64, box_px=Box(0, 0, *SIZE), size_px=(256, 256))
    shown = as_shown(view, Coordinates(), workflow.in_language("zh"))
    schema = answer_schema(Question("worst", "zh"), shown)

    read = read_answer({"label": "断路", "box": list(shown.write_box(OPEN))}, schema, shown)

    assert read is not None
    assert read["label"] == "open"
    assert isinstance(read["box"], Box)
    assert OPEN.iou(read["box"]) > 0.9


def test_a_schema_says_what_its_properties_are_in_the_language_of_the_task(
    workflow: Workflow,
) -> None:
    chinese = as_reported(SIZE, workflow.in_language("zh"))
    schema = answer_schema(Question("report", "zh"), chinese)
    items = schema["properties"]["findings"]["items"]["properties"]

    assert items["label"] == {"enum": ["断路", "短路", "毛刺"], "description": "缺陷种类"}
    assert "被测件图像的像素" in items["box"]["description"]
