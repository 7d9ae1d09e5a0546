import numpy as np
from inspect_ai.model import ContentImage, ContentReasoning

from foveal.agents.scripted import ScriptedModel
from foveal.evals.layered_tasks.messages import messages_of
from foveal.evals.layered_tasks.watched import Step, Watched
from foveal.models.protocol import (
    Call,
    Choice,
    ChooseRequest,
    JsonSchema,
    Message,
    Picture,
    Reply,
    ToolCalls,
    WriteRequest,
)

SYSTEM = Message("system", ("You inspect boards.",))
SHOWN = Message("user", ("Look: ", Picture("A", np.zeros((8, 8), np.uint8))))
CALLED = Message("assistant", ("",), calls=(Call("zoom", {"box": [0, 0, 9, 9]}),))
RESULT = Message("tool", ("see below",))


def wrote(text: str, thinking: str = "") -> Reply:
    return Reply(text, thinking, "stop", ())


def test_pictures_thoughts_and_answers_are_shown_in_order() -> None:
    step = Step(WriteRequest((SYSTEM, SHOWN)), wrote("open", "a gap"))

    system, user, assistant = messages_of([step])

    assert (system.role, user.role, assistant.role) == ("system", "user", "assistant")
    assert isinstance(user.content[1], ContentImage)
    assert isinstance(assistant.content[0], ContentReasoning)
    assert assistant.text == "open"


def test_a_choice_is_shown_with_its_probabilities() -> None:
    step = Step(ChooseRequest((SHOWN,), ("open", "none")), Choice({"open": 0.25, "none": 0.75}))

    *_, chosen = messages_of([step])

    assert chosen.text == '{"open": 0.25, "none": 0.75}'


def test_of_a_conversation_that_goes_on_only_what_is_new_is_shown() -> None:
    first = (SYSTEM, SHOWN)
    steps = [
        Step(WriteRequest(first), wrote("zoom")),
        Step(WriteRequest((*first, CALLED, RESULT, SHOWN)), wrote("done")),
    ]

    roles = [message.role for message in messages_of(steps)]

    assert roles == ["system", "user", "assistant", "assistant", "tool", "user", "assistant"]


def test_instructions_that_several_questions_share_are_shown_once() -> None:
    other = Message("user", SHOWN.parts[:1])
    steps = [Step(WriteRequest((SYSTEM, shown)), wrote("open")) for shown in (SHOWN, other)]

    assert [message.role for message in messages_of(steps)] == [
        "system",
        "user",
        "assistant",
        "user",
        "assistant",
    ]


def test_a_model_that_is_not_bound_keeps_only_the_grammar_of_calls() -> None:
    model = ScriptedModel()
    calls = ToolCalls(())

    Watched(model, bound=False).write(
        [WriteRequest((SHOWN,), JsonSchema({})), WriteRequest((SHOWN,), calls)]
    )

    assert [request.grammar for request in model.written] == [None, calls]
