"""A served model answers as the protocol has it, whatever its server does and does not do."""

import json
from collections.abc import Callable
from math import isclose

import numpy as np
import pytest

from foveal.models.protocol import ChooseRequest, Conversation, JsonSchema, Picture, WriteRequest
from foveal.models.served.model import ServedModel
from foveal.models.served.scripted import Body, ScriptedServer, Sent, failed, said, token
from foveal.schemas.errors import BadModel, BadReply

Serve = Callable[..., ScriptedServer]
Connect = Callable[..., ServedModel]
Ask = Callable[..., Conversation]

LABELS = ("open", "short", "none")
SCHEMA = JsonSchema(
    {
        "type": "object",
        "properties": {"n": {"type": "integer", "maximum": 9}},
        "required": ["n"],
        "additionalProperties": False,
    }
)


def test_probabilities_are_those_that_the_server_lists(
    serve: Serve, model_of: Connect, asking: Ask
) -> None:
    likely = {"short": 0.3, "none": 0.1}
    script = serve(lambda *_: said("open", tokens=[token("open", {"open": 0.6, **likely})]))
    (choice,) = model_of(script, listed=5).choose([ChooseRequest(asking(), LABELS)])

    assert choice.answer == "open"
    assert not choice.guided
    assert isclose(choice.probabilities["short"], 0.3, abs_tol=1e-6)
    assert isclose(sum(choice.probabilities.values()), 1)
    assert script.asked[0]["top_logprobs"] == 5


@pytest.mark.parametrize("answer", ["open", "Open.", ' "open"\n'])
def test_without_probabilities_the_answer_alone_is_told(
    answer: str, serve: Serve, model_of: Connect, asking: Ask
) -> None:
    script = serve(lambda *_: said(answer))
    (choice,) = model_of(script).choose([ChooseRequest(asking(), LABELS)])

    assert choice.guided
    assert choice.probabilities == {"open": 1.0, "short": 0.0, "none": 0.0}


def test_who_answers_something_else_is_told_the_answers_once(
    serve: Serve, model_of: Connect, asking: Ask
) -> None:
    def rule(body: Body, _: int) -> Sent:
        told = "exactly one of these" in json.dumps(body["messages"][-1])
        return said("short" if told else "I see a board.")

    script = serve(rule)
    (choice,) = model_of(script, schemas=True).choose([ChooseRequest(asking(), LABELS)])

    assert (choice.answer, choice.guided) == ("short", True)
    bound = script.asked[1]["response_format"]["json_schema"]["schema"]
    assert bound == {"type": "string", "enum": list(LABELS)}
    assert choice.usage.model_calls == 2


def test_who_never_gives_an_answer_is_refused(serve: Serve, model_of: Connect, asking: Ask) -> None:
    script = serve(lambda *_: said("I cannot see pictures."))
    with pytest.raises(BadReply, match=r"asked for one of .*I cannot see pictures"):
        model_of(script).choose([ChooseRequest(asking(), LABELS)])


@pytest.mark.parametrize("schemas", [True, False])
def test_json_is_held_to_its_schema_where_the_server_can_and_checked_everywhere(
    schemas: bool, serve: Serve, model_of: Connect, asking: Ask
) -> None:
    script = serve(lambda *_: said('```json\n{"n": 3}\n```'))
    request = WriteRequest(asking(), SCHEMA, 20)
    (reply,) = model_of(script, schemas=schemas).write([request])

    assert json.loads(reply.text) == {"n": 3}
    assert ("response_format" in script.asked[0]) == schemas
    assert reply.lenient == (not schemas)


def test_what_the_schema_refuses_is_written_anew(
    serve: Serve, model_of: Connect, asking: Ask
) -> None:
    def rule(body: Body, _: int) -> Sent:
        again = len(body["messages"]) > 2
        return said("7" if again else '{"n": 12}')

    (reply,) = model_of(serve(rule)).write([WriteRequest(asking(), SCHEMA, 20)])

    assert json.loads(reply.text) == {"n": 7}
    assert reply.usage.model_calls == 2


def test_what_stays_wrong_is_refused(serve: Serve, model_of: Connect, asking: Ask) -> None:
    script = serve(lambda *_: said("never any JSON"))
    with pytest.raises(BadReply):
        model_of(script).write([WriteRequest(asking(), SCHEMA, 20)])
    assert len(script.asked) < 10


def test_a_picture_is_sent_as_its_pixels(
    serve: Serve, model_of: Connect, asking: Ask, picture: Picture
) -> None:
    script = serve(lambda *_: said("open"))
    model_of(script).choose([ChooseRequest(asking("What is it?", picture), LABELS)])

    sent = script.asked[0]["messages"][1]["content"][1]["image_url"]["url"]
    assert sent.startswith("data:image/png;base64,")
    assert np.array_equal(_pixels(sent), picture.pixels)


def _pixels(uri: str) -> np.ndarray:
    from base64 import b64decode
    from io import BytesIO

    import PIL.Image

    return np.asarray(PIL.Image.open(BytesIO(b64decode(uri.partition(",")[2]))))


def test_no_more_are_asked_at_once_than_the_server_is_said_to_take(
    serve: Serve, model_of: Connect, asking: Ask
) -> None:
    script = serve(lambda *_: Sent(said("open").body, after=0.02))
    requests = [ChooseRequest(asking(f"Question {number}?"), LABELS) for number in range(24)]
    choices = model_of(script, requests=3).choose(requests)

    assert len(choices) == 24
    assert script.most_at_once <= 3


def test_questions_keep_their_order_through_faults_and_none_is_lost(
    serve: Serve, model_of: Connect, asking: Ask
) -> None:
    """Each kind of fault comes before some of 500 answers; each question has its own answer."""
    good = [said(json.dumps({"n": number % 10})) for number in range(500)]

    def rule(body: Body, before: int) -> Sent:
        number = int(body["messages"][1]["content"].split()[-1])
        whole = good[number].body
        faults = [
            failed(429, retry_after="0"),
            failed(503),
            Sent(whole, cut_at=len(whole) // 2),
            Sent(whole[: len(whole) // 2]),
            Sent(b"<html>busy</html>"),
            said('{"m": 1}'),
            said('{"n": '),
        ]
        fault = faults[number % len(faults)]
        return fault if before < number % 3 else good[number]

    script = serve(rule)
    requests = [WriteRequest(asking(f"Number {n}"), SCHEMA, 20) for n in range(500)]
    replies = model_of(script).write(requests)

    assert [json.loads(reply.text)["n"] for reply in replies] == [n % 10 for n in range(500)]
    assert len(script.asked) < 4 * 500


def test_a_storm_without_end_is_given_up_with_what_was_asked(
    serve: Serve, model_of: Connect, asking: Ask
) -> None:
    script = serve(lambda *_: failed(429))
    requests = [ChooseRequest(asking(f"{number}"), LABELS) for number in range(40)]
    with pytest.raises(BadModel, match="still fails after 2 retries"):
        model_of(script, retries=2, requests=4).choose(requests)
    assert len(script.asked) <= 3 * 12, "what was not sent by then never is"


def test_a_thought_is_no_part_of_the_answer(serve: Serve, model_of: Connect, asking: Ask) -> None:
    for answer in (
        said("<think>\nIt is cut.\n</think>\n\nopen"),
        said("open", reasoning_content="It is cut."),
        said("open", reasoning="It is cut."),
    ):
        script = serve(lambda *_, answer=answer: answer)
        (choice,) = model_of(script).choose([ChooseRequest(asking(), LABELS)])
        (reply,) = model_of(script).write([WriteRequest(asking(), None, 20)])

        assert choice.answer == "open"
        assert (reply.text, reply.thinking.strip()) == ("open", "It is cut.")
