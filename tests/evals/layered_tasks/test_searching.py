"""Rungs that let the workflow's own graph find and its reporter write."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from foveal.agents.briefs import brief_for
from foveal.agents.calibration import rules_of
from foveal.agents.scripted import ScriptedModel
from foveal.evals.layered_tasks.attempt import asked_with, attempt
from foveal.evals.layered_tasks.draw import draw_tasks
from foveal.evals.layered_tasks.rungs import Switches, ladder
from foveal.evals.layered_tasks.searching import switched
from foveal.evals.layered_tasks.task import LayeredTask
from foveal.evals.pairs import LabelledPair
from foveal.models.protocol import Call, JsonSchema, ToolCalls
from foveal.models.tool_text import call_text
from foveal.schemas.verification import Verification
from foveal.schemas.workflow import Workflow
from foveal.workflow_file import load_workflow

Part = Callable[..., LabelledPair]

EVERYTHING = ladder()[-1].switches
PLANNED = Switches(layers=True, grammar=True, search="plan")
DOCUMENT = {"schema": {"type": "object"}, "instruction": "Write it down."}


@pytest.fixture
def task(workflow: Workflow, part: Part) -> LayeredTask:
    """List only some kinds, of a part without defects."""
    return draw_tasks([part()], workflow)[0]


@pytest.fixture
def asked(workflow: Workflow, task: LayeredTask) -> Workflow:
    return asked_with(workflow, task)


def test_a_search_plan_alone_says_the_constraint_and_enforces_nothing(asked: Workflow) -> None:
    planned = switched(asked, PLANNED, DOCUMENT)

    assert [rule.sentence for rule in planned.constraints] == [
        rule.sentence for rule in asked.constraints
    ]
    assert [rule.finding for rule in planned.constraints] == [None]
    assert planned.verification is None
    assert planned.instructions == {}
    assert planned.document is not None
    assert planned.document.instruction == "Write it down."


def test_a_workflow_that_verifies_does_so_only_from_that_rung_on(asked: Workflow) -> None:
    settings = Verification(confirm_from=0.7)
    verifying = asked.model_copy(update={"verification": settings})

    assert switched(verifying, PLANNED, DOCUMENT).verification is None
    assert switched(verifying, EVERYTHING, DOCUMENT).verification == settings


def test_everything_verifies_and_enforces_too(asked: Workflow) -> None:
    everything = switched(asked, EVERYTHING, DOCUMENT)

    assert everything.constraints == asked.constraints
    assert everything.verification is not None


def test_answers_that_are_held_against_a_limit_are_given_as_it_was_measured(
    asked: Workflow,
) -> None:
    calibrated = load_workflow("board-compare").in_language(asked.language)
    thoughtful = asked.model_copy(update={"thinking": {"judge": 40}})

    everything = switched(calibrated, EVERYTHING, DOCUMENT)
    assert set(everything.thinking) == {"report"}
    assert rules_of(everything) == rules_of(calibrated)
    assert switched(thoughtful, EVERYTHING, DOCUMENT).thinking == {"judge": 40, "report": 64}


def test_without_layers_the_user_message_says_all_that_the_system_message_said(
    asked: Workflow,
) -> None:
    layered = brief_for("judge", switched(asked, EVERYTHING, DOCUMENT))
    flat = brief_for("judge", switched(asked, replace(EVERYTHING, layers=False), DOCUMENT))

    assert flat.system.strip() == ""
    assert sorted(flat.visual.split()) == sorted([*layered.system.split(), *layered.visual.split()])


def test_the_reporter_writes_the_answer_from_the_findings(
    task: LayeredTask, workflow: Workflow
) -> None:
    model = ScriptedModel(writing=lambda _: '{"findings": []}')

    made = attempt(task, PLANNED, workflow, model)

    assert made.judged.outcome == "completed"
    (request,) = model.written
    _, told = request.conversation
    assert "List the defects" in str(told.parts[0])
    assert made.usage.model_calls == len(model.chosen) + 1


def test_a_document_that_is_refused_is_no_answer_and_says_why(
    task: LayeredTask, workflow: Workflow
) -> None:
    made = attempt(task, PLANNED, workflow, ScriptedModel(writing=lambda _: "no JSON"))

    assert made.judged.outcome == "invalid"
    assert "the document was refused" in made.judged.why


def test_a_model_that_drives_the_search_calls_tools_and_then_writes(
    task: LayeredTask, workflow: Workflow
) -> None:
    inspecting = workflow.model_copy(update={"graph": "inspect"})
    model = ScriptedModel(
        choosing=lambda request: {answer: float(answer == "yes") for answer in request.answers},
        writing=lambda request: (
            call_text(Call("done", {}))
            if isinstance(request.grammar, ToolCalls)
            else '{"findings": []}'
        ),
    )

    made = attempt(task, replace(PLANNED, search="model"), inspecting, model)

    assert made.judged.outcome == "completed"
    assert [type(request.grammar) for request in model.written] == [ToolCalls, JsonSchema]


def test_without_a_grammar_nothing_binds_what_is_written(
    task: LayeredTask, workflow: Workflow
) -> None:
    model = ScriptedModel(writing=lambda _: '{"findings": []}')

    attempt(task, replace(PLANNED, grammar=False), workflow, model)

    assert [request.grammar for request in model.written] == [None]
