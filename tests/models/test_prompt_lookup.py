from collections.abc import Callable

import numpy as np
import pytest

from foveal.models import writing
from foveal.models.engine import Engine
from foveal.models.prompt_lookup import agreement, guess
from foveal.models.protocol import (
    Conversation,
    Grammar,
    JsonSchema,
    Message,
    Picture,
    Regex,
    WriteRequest,
)

Ask = Callable[..., Conversation]


@pytest.mark.parametrize(
    ("said", "most", "guessed"),
    [
        ([1, 2, 3, 4, 1, 2], 1, [3]),
        ([1, 2, 3, 4, 1, 2], 2, [3, 4]),
        ([1, 2, 3, 4, 1, 2], 4, [3, 4, 1, 2]),
        ([5, 1, 2, 6, 1, 2, 7, 1, 2], 1, [7]),
        ([5, 1, 2, 6, 7, 1, 2, 8, 5, 1, 2], 1, [6]),
        ([1, 2, 3], 4, []),
        ([1], 4, []),
        ([], 4, []),
        ([1, 2, 3, 4, 1, 2], 0, []),
        ([9, 7, 7, 7], 3, [7, 7, 7]),
        ([1, 2, 1, 2], 5, [1, 2, 1, 2, 1]),
    ],
    ids=[
        "one",
        "two",
        "up to the end",
        "the latest of equals",
        "the longer match",
        "new",
        "short",
        "nothing",
        "no room",
        "a token over and over",
        "a pair over and over",
    ],
)
def test_what_followed_before_is_guessed(said: list[int], most: int, guessed: list[int]) -> None:
    assert guess(np.array(said, np.int64), most) == guessed


@pytest.mark.parametrize(
    ("guessed", "written", "alike"),
    [([1, 2, 3], [1, 2], 2), ([1], [1, 2], 1), ([1, 2], [1, 3], 1), ([], [1], 0), ([2], [1], 0)],
)
def test_guesses_hold_as_far_as_they_agree(
    guessed: list[int], written: list[int], alike: int
) -> None:
    assert agreement(guessed, written) == alike


ROWS = JsonSchema(
    {
        "type": "object",
        "properties": {
            "rows": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "label": {"enum": ["open", "short"]},
                        "box": {"type": "array", "items": {"type": "integer"}, "maxItems": 4},
                    },
                    "required": ["label", "box"],
                },
                "minItems": 6,
                "maxItems": 6,
            }
        },
        "required": ["rows"],
    }
)


@pytest.mark.parametrize(
    "grammar", [None, ROWS, Regex("[a-c]{90}")], ids=["free", "schema", "pattern"]
)
def test_guesses_save_passes_and_change_nothing(
    engine: Engine, ask: Ask, monkeypatch: pytest.MonkeyPatch, grammar: Grammar | None
) -> None:
    requests = [WriteRequest(ask("Report.", seed=n), grammar, 120) for n in range(3)]
    replies = engine.write(requests)

    monkeypatch.setattr(writing, "_TOKENS_A_PASS", 0)
    plain = engine.write(requests)

    assert [reply.text for reply in replies] == [reply.text for reply in plain]
    assert [reply.ids for reply in replies] == [reply.ids for reply in plain]
    for reply, other in zip(replies, plain, strict=True):
        assert reply.log_probabilities == pytest.approx(other.log_probabilities, abs=1e-4)
        assert reply.usage.new_tokens == other.usage.new_tokens
    passes = [sum(reply.usage.forward_passes for reply in some) for some in (replies, plain)]
    assert passes[0] < passes[1]


def test_what_led_to_a_picture_is_no_guess_at_its_pixels(engine: Engine) -> None:
    """A reply that repeats the words before a picture goes on in words."""
    picture = Picture("A", np.zeros((64, 64), np.uint8))
    conversation = (Message("user", ("the trace is cut", picture, "?")),)
    bound = Regex(r"(yes|no)\nthe trace is cut[a-z ]{12}")

    (reply,) = engine.write([WriteRequest(conversation, bound, 40)])

    assert "\nthe trace is cut" in reply.text
