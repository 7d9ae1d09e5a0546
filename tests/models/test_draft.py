import json
from collections.abc import Callable
from itertools import count

import pytest

from foveal.models.draft import Draft, Ending, time_limit
from foveal.models.loops import MOST_TIMES
from foveal.models.masks import Mask, Masks
from foveal.models.protocol import Grammar, JsonSchema, OneOf

Encode = Callable[[str], list[int]]

STOP, OPEN, CLOSE, BREAK = 0, 1, 2, 3
ENDING = Ending(frozenset({STOP}), OPEN, CLOSE, after_thinking=(BREAK,))

VERDICT = JsonSchema(
    {
        "type": "object",
        "properties": {"verdict": {"enum": ["pass", "fail"]}, "by": {"const": "model"}},
        "required": ["verdict", "by"],
    }
)


def draft(
    *tokens: int, thinking: bool = False, limit: int = 9, thinking_limit: int | None = None
) -> Draft:
    """As it is once these have been chosen, and whatever is forced was taken in between."""
    written = Draft(
        ENDING, limit=limit, mask=None, thinking=thinking, thinking_limit=thinking_limit
    )
    for token in tokens:
        assert written.finish is None
        written.add(token, log_probability=-0.5)
        written.add_forced(written.forced())
    return written


def bound(mask: Mask, *, limit: int = 99, thinking: bool = False) -> Draft:
    return Draft(ENDING, limit=limit, mask=mask, thinking=thinking)


@pytest.mark.parametrize(
    ("written", "finish", "thinking", "answer"),
    [
        (draft(7, 8, STOP), "stop", [], [7, 8]),
        (draft(7, 8, limit=2), "length", [], [7, 8]),
        (draft(7, STOP, limit=2), "stop", [], [7]),
        (draft(7, CLOSE, 8, STOP, thinking=True), "stop", [7], [8]),
        (draft(OPEN, 7, CLOSE, 8, STOP), "stop", [7], [8]),
        (draft(7, 8, thinking=True, limit=2), "length", [7, 8], []),
        (draft(7, CLOSE, CLOSE, 8, STOP, thinking=True), "stop", [7], [CLOSE, 8]),
        (draft(7, STOP, 8, STOP, thinking=True), "stop", [7], [8]),
        (draft(7, 7, 8, STOP, thinking=True, thinking_limit=2), "stop", [7, 7], [8]),
        (draft(OPEN, 7, 8, STOP, thinking_limit=2), "stop", [7], [8]),
        (draft(7, CLOSE, 8, STOP, thinking=True, thinking_limit=5), "stop", [7], [8]),
        (draft(7, 7, thinking=True, thinking_limit=2, limit=3), "length", [7, 7], []),
        (draft(7, 7, thinking=True, thinking_limit=2, limit=4), "length", [7, 7], []),
    ],
    ids=[
        "stopped",
        "cut",
        "stopped at the limit",
        "thought first",
        "thought unasked",
        "cut while thinking",
        "a tag in the answer is text",
        "stopped while thinking",
        "budget spent",
        "budget spent on a thought unasked",
        "budget not spent",
        "cut inside the forced close",
        "cut after the forced close",
    ],
)
def test_a_reply_falls_into_thinking_and_answer(
    written: Draft, finish: str, thinking: list[int], answer: list[int]
) -> None:
    assert written.finish == finish
    assert written.parts() == (thinking, answer)


def test_a_thought_is_closed_in_one_run_of_certain_tokens() -> None:
    written = draft(7, thinking=True, thinking_limit=2)
    written.add(8, log_probability=-0.5)
    assert written.forced() == [CLOSE, BREAK]
    written.add_forced(written.forced())
    assert (written.forced(), written.log_probabilities) == ([], [-0.5, -0.5, 0.0, 0.0])


def test_a_run_takes_in_the_close_of_a_thought_and_what_the_grammar_forces(
    masks: Masks, encode: Encode
) -> None:
    written = bound(masks.start(VERDICT), thinking=True)
    assert (written.forced(), written.allowed(512)) == ([], None)
    written.add(7, log_probability=-1.0)
    written.add(CLOSE, log_probability=-1.0)
    assert written.forced() == [BREAK, *encode('{"verdict":"')]


def test_what_is_forced_is_fed_as_it_is_and_a_choice_is_left_to_the_model(
    masks: Masks, encode: Encode
) -> None:
    written = bound(masks.start(VERDICT))
    (first,) = encode("p")
    written.add_forced(written.forced())
    assert written.unread == encode('{"verdict":"')
    written.read(len(written.unread))
    allowed = written.allowed(512)
    assert allowed is not None
    assert allowed[first]
    written.add(first, log_probability=-0.7)
    written.add_forced(written.forced())
    assert written.unread[0] == first
    assert written.finish == "stop"
    assert sum(written.log_probabilities) == -0.7


@pytest.mark.parametrize("limit", range(1, 9))
def test_forced_text_beyond_the_limit_is_cut_exactly_there(masks: Masks, limit: int) -> None:
    written = bound(masks.start(JsonSchema({"const": "a text of many tokens"})), limit=limit)
    written.add_forced(written.forced())
    assert (len(written.ids), written.finish, written.forced()) == (limit, "length", [])


def test_what_is_whole_at_its_very_limit_is_not_cut(masks: Masks) -> None:
    grammar = JsonSchema({"const": "whole"})
    needed = len(bound(masks.start(grammar)).forced())
    written = bound(masks.start(grammar), limit=needed)
    written.add_forced(written.forced())
    assert written.finish == "stop"


@pytest.mark.parametrize("grammar", [OneOf(("yes", "yes and no")), JsonSchema({"type": "integer"})])
def test_a_text_that_may_go_on_ends_where_the_model_ends_it(
    masks: Masks, encode: Encode, stop: int, grammar: Grammar
) -> None:
    written = bound(masks.start(grammar))
    written.ending = Ending(frozenset({stop}), OPEN, CLOSE, (BREAK,))
    for token in [*written.forced()] or encode("7"):
        written.add(token, log_probability=0.0)
    assert written.finish is None
    written.add(stop, log_probability=-0.1)
    assert written.finish == "stop"


def test_a_choice_before_what_is_forced_is_a_mistake() -> None:
    written = draft(thinking=True, thinking_limit=1)
    written.add(7, log_probability=-0.5)
    with pytest.raises(AssertionError, match="what is forced comes first"):
        written.add(8, log_probability=-0.5)


def test_a_reply_ends_when_its_time_is_up() -> None:
    seconds = count()
    written = Draft(
        ENDING, limit=9, mask=None, thinking=False, out_of_time=time_limit(3, lambda: next(seconds))
    )
    while written.finish is None:
        written.add(len(written.ids) + 5, log_probability=-1.0)
    assert (written.finish, len(written.ids)) == ("time", 3)


def test_a_reply_that_stops_in_its_last_second_is_whole() -> None:
    written = Draft(ENDING, limit=9, mask=None, thinking=False, out_of_time=lambda: True)
    written.add(STOP, log_probability=-1.0)
    assert written.finish == "stop"


@pytest.mark.parametrize("thinking", [False, True])
def test_a_reply_that_goes_round_in_circles_is_cut(*, thinking: bool) -> None:
    written = Draft(ENDING, limit=9_999, mask=None, thinking=thinking)
    while written.finish is None:
        written.add(7, log_probability=-1.0)
    assert (written.finish, len(written.ids)) == ("loop", MOST_TIMES + 1)


def test_a_string_under_a_grammar_may_loop_too(masks: Masks, encode: Encode) -> None:
    written = bound(masks.start(JsonSchema({"type": "string"})), limit=9_999)
    written.add_forced(written.forced())
    opening, letter = *encode('"'), *encode("a")
    written.add(opening, log_probability=-1.0)
    while written.finish is None:
        written.add(letter, log_probability=-1.0)
    assert written.finish == "loop"


def test_what_the_grammar_forces_is_no_loop(masks: Masks) -> None:
    zeros = [0] * 500
    written = bound(masks.start(JsonSchema({"const": zeros})), limit=9_999)
    run = written.forced()
    written.add_forced(run)
    assert written.finish == "stop"
    assert len(run) > len(json.dumps(zeros, separators=(",", ":"))) / 2
