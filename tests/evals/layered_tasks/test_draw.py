from collections.abc import Callable, Sequence

import numpy as np
import pytest
from jsonschema_rs import validator_for

from foveal.evals.layered_tasks.draw import board, draw_tasks, quarter_boxes
from foveal.evals.layered_tasks.task import KINDS, Kind, LayeredTask
from foveal.evals.matching import Truth
from foveal.evals.pairs import LabelledPair
from foveal.evals.seeds import LAYERED
from foveal.schemas.box import Box
from foveal.schemas.constraint import Constraint
from foveal.schemas.workflow import Workflow

Part = Callable[..., LabelledPair]


@pytest.fixture
def tasks(workflow: Workflow, part: Part) -> list[LayeredTask]:
    """About parts with up to three defects at random."""
    rng = np.random.default_rng(1)

    def defect() -> tuple[str, int, int, int]:
        label = str(rng.choice(("open", "short", "spur")))
        x, y, side = (int(value) for value in rng.integers((0, 0, 20), (560, 560, 80)))
        return label, x, y, side

    parts = [part(*(defect() for _ in range(index % 4))) for index in range(240)]
    return draw_tasks(parts, workflow)


def of(kind: Kind, tasks: list[LayeredTask]) -> list[LayeredTask]:
    return [task for task in tasks if task.question.kind == kind]


def listed(task: LayeredTask) -> list[tuple[object, object]]:
    found = task.truth["findings"]
    assert isinstance(found, list)
    return [(item["label"], item["box"]) for item in found if isinstance(item, dict)]


def test_the_same_parts_are_asked_the_same(tasks: list[LayeredTask], workflow: Workflow) -> None:
    again = draw_tasks([task.pair for task in tasks], workflow)

    assert [(task.question, task.truth) for task in again] == [
        (task.question, task.truth) for task in tasks
    ]


def test_every_kind_is_asked_in_both_languages(tasks: list[LayeredTask]) -> None:
    assert {(task.question.kind, task.question.language) for task in tasks} == {
        (kind, language) for kind in KINDS for language in ("en", "zh")
    }
    translated = [task for task in tasks if task.question.language == "zh"]
    assert 0.15 < len(translated) / len(tasks) < 0.35


def test_only_the_kinds_that_the_constraint_names_are_true(tasks: list[LayeredTask]) -> None:
    for task in of("kinds", tasks):
        constraint = task.question.constraint
        assert constraint is not None
        assert constraint.finding is not None
        asked = constraint.finding["properties"]["label"]["enum"]
        assert listed(task) == [truth for truth in task.pair.truths if truth.label in asked]
    assert any(listed(task) for task in of("kinds", tasks))


def test_no_defect_is_near_the_size_asked_for_by_either_reading(tasks: list[LayeredTask]) -> None:
    for task in of("size", tasks):
        constraint = task.question.constraint
        assert constraint is not None
        assert constraint.finding is not None
        least_px = constraint.finding["properties"]["size_mm"]["minimum"] * 48
        for truth in task.pair.truths:
            if truth in listed(task):
                assert truth.box.width - 14 > 1.15 * least_px
            else:
                assert truth.box.width * 1.15 < least_px
    assert any(listed(task) for task in of("size", tasks))


def test_each_defect_counts_in_the_quarter_it_lies_in(workflow: Workflow, part: Part) -> None:
    defects = (("open", 10, 10, 40), ("spur", 400, 20, 30), ("open", 500, 100, 30))

    task = draw_tasks([part()] * 2 + [part(*defects)], workflow)[2]

    assert task.truth == {"top_left": 1, "top_right": 2, "bottom_left": 0, "bottom_right": 0}


def test_quarters_are_not_asked_about_where_a_defect_lies_across_two(
    workflow: Workflow, part: Part
) -> None:
    task = draw_tasks([part()] * 2 + [part(("open", 300, 10, 40))], workflow)[2]

    assert task.question.kind == "worst"


def test_the_worst_defect_is_the_largest(workflow: Workflow, part: Part) -> None:
    defects = (("open", 10, 10, 40), ("spur", 400, 20, 47))

    task = draw_tasks([part()] * 3 + [part(*defects)], workflow)[3]

    assert task.truth == {"label": "spur", "box": Box(400, 20, 447, 43)}


@pytest.mark.parametrize("others", [(), (("open", 10, 10, 45), ("spur", 400, 20, 47))])
def test_no_worst_defect_is_asked_for_where_none_is_clearly_the_largest(
    workflow: Workflow, part: Part, others: tuple[tuple[str, int, int, int], ...]
) -> None:
    task = draw_tasks([part()] * 3 + [part(*others)], workflow)[3]

    assert task.question.kind == "inside"


def kept_by(constraint: Constraint | None, truths: Sequence[Truth]) -> list[Truth]:
    assert constraint is not None
    rule = validator_for(constraint.finding or {})
    said = [{"label": truth.label, "box_px": list(truth.box)} for truth in truths]
    return [truth for truth, finding in zip(truths, said, strict=True) if rule.is_valid(finding)]


def test_a_box_to_look_into_cuts_no_defect_of_the_label_in_two(tasks: list[LayeredTask]) -> None:
    answers = []
    for task in of("inside", tasks):
        question = task.question
        assert question.box is not None
        boxes = [truth.box for truth in task.pair.truths if truth.label == question.label]
        within = [box for box in boxes if box.intersection(question.box) == box]
        apart = [box for box in boxes if not box.intersection_area(question.box)]
        assert len(within) + len(apart) == len(boxes)
        assert task.truth == {"found": "yes" if within else "no"}
        assert kept_by(question.constraint, task.pair.truths) == [
            truth
            for truth in task.pair.truths
            if truth.label == question.label and truth.box in within
        ]
        answers.append(bool(within))
    assert 0.2 < sum(answers) / len(answers) < 0.8


def test_a_report_states_verdict_count_and_every_defect(tasks: list[LayeredTask]) -> None:
    for task in of("report", tasks):
        assert task.truth["verdict"] == ("fail" if task.pair.truths else "pass")
        assert task.truth["count"] == len(task.pair.truths)
        assert listed(task) == list(task.pair.truths)


def test_sizes_are_not_asked_for_without_a_scale(
    tasks: list[LayeredTask], workflow: Workflow
) -> None:
    unscaled = workflow.model_copy(update={"scale": None})

    assert not of("size", draw_tasks([task.pair for task in tasks], unscaled))


def test_a_workflow_in_one_language_is_asked_in_that(
    tasks: list[LayeredTask], workflow: Workflow
) -> None:
    plain = workflow.model_copy(update={"subject": {"en": "boards"}})

    spoken = {task.question.language for task in draw_tasks([t.pair for t in tasks], plain)}

    assert spoken == {"en"}


def test_constraints_are_said_in_the_language_of_the_task(tasks: list[LayeredTask]) -> None:
    sentences = {
        task.question.language: task.question.constraint.sentence
        for task in of("kinds", tasks)
        if task.question.constraint is not None
    }

    assert str(sentences["en"]).startswith("Report only defects of these kinds: ")
    assert str(sentences["zh"]).startswith("只报告这些种类的缺陷：")


def test_drawn_boards_have_at_most_three_defects() -> None:
    drawn = [board(LAYERED, index) for index in (0, 3)]

    assert not drawn[0].truths
    assert 1 <= len(drawn[1].truths) <= 3


def test_quarters_make_up_the_part() -> None:
    boxes = quarter_boxes((101, 60)).values()

    assert sum(box.area for box in boxes) == 101 * 60
