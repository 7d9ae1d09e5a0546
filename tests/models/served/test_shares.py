"""Probabilities of answers from the tokens that a server lists."""

import pytest

from foveal.models.served.completion import Token
from foveal.models.served.scripted import token
from foveal.models.served.shares import shares


def tokens(*listed: dict[str, object]) -> list[Token]:
    return [Token.model_validate(one) for one in listed]


def test_answers_that_part_at_once_have_the_probabilities_of_their_first_tokens() -> None:
    told = shares(["open", "short"], tokens(token("open", {"open": 0.6, "short": 0.2, "x": 0.1})))
    assert told == pytest.approx({"open": 0.75, "short": 0.25})


def test_several_ways_to_begin_an_answer_count_together() -> None:
    first = token("op", {"op": 0.4, "open": 0.2, " open": 0.1, "short": 0.3})
    told = shares(["open", "short"], tokens(first))
    assert told == pytest.approx({"open": 0.7, "short": 0.3})


def test_answers_that_begin_alike_are_told_apart_where_they_part() -> None:
    first = token("pin", {"pin": 0.8, "open": 0.2})
    second = token("-hole", {"-hole": 0.75, "<|im_end|>": 0.25})
    told = shares(["pin", "pin-hole", "open"], tokens(first, second))
    assert told == pytest.approx({"pin": 0.2, "pin-hole": 0.6, "open": 0.2})


def test_answers_that_begin_alike_are_unknown_where_another_was_written() -> None:
    first = token("open", {"open": 0.6, "pin": 0.4})
    assert shares(["pin", "pin-hole", "open"], tokens(first)) is None


def test_a_negligible_part_that_is_unknown_is_neglected() -> None:
    first = token("open", {"open": 0.99, "pin": 0.004})
    told = shares(["pin", "pin-hole", "open"], tokens(first))
    assert told is not None
    assert told["open"] > 0.99


def test_an_end_that_the_server_does_not_list_leaves_it_unknown() -> None:
    assert shares(["pin", "pin-hole"], tokens(token("pin", {"pin": 1.0}))) is None


def test_an_answer_that_is_not_listed_has_at_most_what_the_last_listed_has() -> None:
    first = token("open", {"open": 0.9, "spur": 0.05, "x": 0.02})
    told = shares(["open", "spur", "short"], tokens(first))
    assert told == pytest.approx({"open": 0.9 / 0.97, "spur": 0.05 / 0.97, "short": 0.02 / 0.97})


def test_an_answer_that_cannot_be_likely_is_given_no_more_than_is_left() -> None:
    told = shares(["open", "short"], tokens(token("open", {"open": 0.999})))
    assert told == pytest.approx({"open": 0.999, "short": 0.001})


def test_a_model_that_says_something_else_tells_nothing() -> None:
    first = token("The", {"The": 0.7, "open": 0.2, "short": 0.1})
    assert shares(["open", "short"], tokens(first)) is None


def test_answers_in_chinese_are_known_by_their_characters() -> None:
    told = shares(["短路", "断路"], tokens(token("短", {"短": 0.7, "断": 0.3})))
    assert told == pytest.approx({"短路": 0.7, "断路": 0.3})
