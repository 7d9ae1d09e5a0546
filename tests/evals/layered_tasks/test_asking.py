"""What a single pass and a workflow are asked, with a model that answers by rule."""

from collections.abc import Callable

import pytest

from foveal.agents.scripted import ScriptedModel
from foveal.evals.layered_tasks.attempt import attempt
from foveal.evals.layered_tasks.draw import draw_tasks
from foveal.evals.layered_tasks.rungs import Switches, ladder
from foveal.evals.layered_tasks.task import LayeredTask
from foveal.evals.pairs import LabelledPair
from foveal.models.protocol import Conversation, JsonSchema, Picture, WriteRequest
from foveal.schemas.errors import BadReply
from foveal.schemas.workflow import Workflow

Part = Callable[..., LabelledPair]
NOTHING = '{"findings": []}'


@pytest.fixture
def task(workflow: Workflow, part: Part) -> LayeredTask:
    """List only some kinds, of a part without defects."""
    return draw_tasks([part()], workflow)[0]


def said(conversation: Conversation) -> str:
    return "\n".join(
        "".join(f"[{part.name}]" if isinstance(part, Picture) else part for part in message.parts)
        for message in conversation
    )


def test_flat_and_layered_say_the_same_in_one_message_or_two(
    task: LayeredTask, workflow: Workflow
) -> None:
    model = ScriptedModel(writing=lambda _: NOTHING)
    for switches in (Switches(), Switches(layers=True)):
        assert attempt(task, switches, workflow, model).judged.outcome == "completed"

    flat, layered = (request.conversation for request in model.written)
    assert [message.role for message in flat] == ["user"]
    assert [message.role for message in layered] == ["system", "user"]
    assert sorted(said(flat).split()) == sorted(said(layered).split())
    assert "Report only defects of these kinds" in said(flat)
    assert "[A]" in said(flat)
    assert "[B]" in said(flat)


def test_each_rung_of_the_single_pass_asks_for_one_thing_more(
    task: LayeredTask, workflow: Workflow
) -> None:
    model = ScriptedModel(writing=lambda _: NOTHING)
    rungs = [rung for rung in ladder() if rung.switches.search is None]
    for rung in rungs:
        attempt(task, rung.switches, workflow, model)

    flat, layers, thinking, grammar = model.written
    assert (flat.thinking_tokens, layers.thinking_tokens) == (0, 0)
    assert thinking.thinking_tokens == grammar.thinking_tokens == 64
    assert (flat.grammar, layers.grammar, thinking.grammar) == (None, None, None)
    assert isinstance(grammar.grammar, JsonSchema)


def test_what_was_sent_and_said_is_kept_with_what_it_cost(
    task: LayeredTask, workflow: Workflow
) -> None:
    made = attempt(task, Switches(), workflow, ScriptedModel(writing=lambda _: NOTHING))

    (step,) = made.steps
    assert made.text == NOTHING
    assert made.usage == step.answer.usage
    assert made.usage.model_calls == 1


def test_an_error_for_a_person_is_an_outcome_and_no_end(
    task: LayeredTask, workflow: Workflow
) -> None:
    def refuse(_: WriteRequest) -> str:
        raise BadReply("it wrote nonsense", fix="ask otherwise")

    made = attempt(task, Switches(), workflow, ScriptedModel(writing=refuse))

    assert made.judged.outcome == "error"
    assert made.judged.why == "it wrote nonsense: ask otherwise"


def test_a_bug_is_no_outcome(task: LayeredTask, workflow: Workflow) -> None:
    def fail(_: WriteRequest) -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        attempt(task, Switches(), workflow, ScriptedModel(writing=fail))
