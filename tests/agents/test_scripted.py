import numpy as np

from foveal.agents.scripted import ScriptedModel, shown
from foveal.models.protocol import (
    ChooseRequest,
    Conversation,
    Message,
    Picture,
    VisionLanguageModel,
    WriteRequest,
)
from foveal.schemas.report import Usage

PIXELS = np.zeros((4, 6), np.uint8)


def ask() -> Conversation:
    return (Message("user", ("Look: ", Picture("A", PIXELS), " What is it?")),)


def test_it_is_a_model_that_prefers_the_first_answer() -> None:
    model: VisionLanguageModel = ScriptedModel()

    (choice,) = model.choose([ChooseRequest(ask(), ("cat", "dog"))])

    assert choice.answer == "cat"
    assert choice.usage == Usage(image_encodes=1, model_calls=1)


def test_it_answers_by_what_it_is_shown_and_keeps_the_requests() -> None:
    model = ScriptedModel(choosing=lambda _: {"dark": float(not shown(ask())["A"].any())})
    request = ChooseRequest(ask(), ("dark",))

    (choice,) = model.choose([request])

    assert choice.probabilities == {"dark": 1.0}
    assert model.chosen == [request]


def test_it_writes_no_more_words_than_it_may() -> None:
    model = ScriptedModel(writing=lambda _: "one two three")

    whole, cut = model.write([WriteRequest(ask()), WriteRequest(ask(), max_new_tokens=2)])

    assert (whole.text, whole.finish) == ("one two three", "stop")
    assert (cut.text, cut.finish, cut.usage.new_tokens) == ("one two", "length", 2)
