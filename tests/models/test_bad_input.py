"""What no model can answer is refused with what to do, and the next request is answered."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import numpy as np
import pytest
import torch

from foveal.models.engine import Engine
from foveal.models.load import load_model
from foveal.models.patches import Patcher
from foveal.models.protocol import (
    ChooseRequest,
    Conversation,
    Grammar,
    JsonSchema,
    Message,
    OneOf,
    Picture,
    Regex,
    ToolCalls,
    WriteRequest,
)
from foveal.schemas.errors import BadImage, BadMessage, BadModel, BadWorkflow, FovealError
from foveal.schemas.loading import Loading

Ask = Callable[..., Conversation]
Fresh = Callable[[], Engine]
Kind = type[FovealError]
LABELS = ("open", "short", "none")
HELLO: Conversation = (Message("user", ("Which?",)),)
GREY = np.zeros((32, 32), np.uint8)


def grey(*shape: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.full(shape, 128, np.uint8)


def seen(pixels: Any) -> Conversation:
    return (Message("user", (Picture("A", pixels), "Which?")),)


def answers_still(engine: Engine) -> bool:
    (choice,) = engine.choose([ChooseRequest(HELLO, LABELS)])
    (reply,) = engine.write([WriteRequest(HELLO, max_new_tokens=2)])
    return sum(choice.probabilities.values()) == pytest.approx(1) and bool(reply.finish)


CONVERSATIONS: dict[str, tuple[Conversation, Kind, str]] = {
    "no messages": ((), BadMessage, "no messages: begin it with a question"),
    "unknown role": (
        (Message("assistent", ("Hi",)),),  # type: ignore[arg-type]  # the mistake that is tried
        BadMessage,
        "of role 'assistent': use one of system, user",
    ),
    "half a character": (
        (Message("user", ("a\ud800b",)),),
        BadMessage,
        r"'\\ud800', which is half a character: decode it",
    ),
    "picture of the system": (
        (Message("system", (Picture("A", GREY),)), *HELLO),
        BadMessage,
        "picture 'A' stands in a message of role 'system': show .* the user",
    ),
    "picture of the assistant": (
        (*HELLO, Message("assistant", (Picture("A", GREY),)), *HELLO),
        BadMessage,
        "picture 'A' stands in a message of role 'assistant'",
    ),
    "floats": (seen(GREY / 255), BadImage, "'A' is given as float64: give .* uint8"),
    "flags": (seen(GREY > 0), BadImage, "'A' is given as bool: give .* uint8"),
    "16 bits": (seen(GREY.astype(np.uint16)), BadImage, "'A' is given as uint16: give .* uint8"),
    "list": (seen([[0, 0], [0, 0]]), BadImage, "'A' is given as list: give a NumPy array"),
    "no pixels": (seen(grey(0, 0)), BadImage, r"shape \(0, 0\): give .* one pixel at least"),
    "no rows": (seen(grey(0, 5, 3)), BadImage, r"shape \(0, 5, 3\): give .* one pixel"),
    "one row of numbers": (seen(grey(32)), BadImage, r"shape \(32,\): give height × width"),
    "alpha": (seen(grey(32, 32, 4)), BadImage, r"shape \(32, 32, 4\): give height × width"),
    "strip": (seen(grey(1, 201)), BadImage, "'A': a picture of 201×1 px is too long.*cut it"),
    "long text": (
        (Message("user", ("7" * 2000,)),),
        BadModel,
        r"takes 2\d+ tokens.*context of 1024: show fewer",
    ),
    "pictures beyond the context": (
        (Message("user", (*[Picture("A", grey(4000, 4000))] * 4, "Which?")),),
        BadModel,
        r"takes 10\d\d tokens.*context of 1024.*smaller pictures",
    ),
}


@pytest.mark.parametrize(
    ("conversation", "kind", "problem"), CONVERSATIONS.values(), ids=CONVERSATIONS
)
def test_a_conversation_that_cannot_be_shown_is_refused(
    engine: Engine, conversation: Conversation, kind: Kind, problem: str
) -> None:
    good = ChooseRequest(HELLO, LABELS)
    with pytest.raises(kind, match=problem):
        engine.choose([good, ChooseRequest(conversation, LABELS)])
    with pytest.raises(kind, match=problem):
        engine.write([WriteRequest(conversation)])
    assert answers_still(engine)


ODD_PICTURES: dict[str, tuple[int, ...]] = {
    "one pixel": (1, 1),
    "one coloured pixel": (1, 1, 3),
    "three rows": (3, 40, 3),
    "200:1": (1, 200),
    "1:200": (3200, 16),
    "beyond the processor's limit": (3000, 3000),
}


@pytest.mark.parametrize("shape", ODD_PICTURES.values(), ids=ODD_PICTURES)
def test_a_picture_of_an_odd_size_is_shown(engine: Engine, shape: tuple[int, ...]) -> None:
    tokens = engine.adapter.tokens((shape[1], shape[0]))
    (choice,) = engine.choose([ChooseRequest(seen(grey(*shape)), LABELS)])
    assert sum(choice.probabilities.values()) == pytest.approx(1)
    assert choice.usage.prefill_tokens + choice.usage.cached_tokens > tokens


def test_three_rows_of_a_picture_are_not_taken_for_its_channels(engine: Engine) -> None:
    row = np.random.default_rng(0).integers(0, 256, (3, 40), dtype=np.uint8)
    patcher: Patcher = engine.prompts.patcher
    assert np.array_equal(patcher.cut(np.stack([row] * 3, axis=2)), patcher.cut(row))


ANSWERS: dict[str, tuple[tuple[str, ...], Kind, str]] = {
    "none": ((), BadWorkflow, "no answers to choose among: offer at least one"),
    "twice": (("a", "b", "a"), BadWorkflow, "'a' and 'a' are the same.*offer each answer once"),
    "empty": (("a", ""), BadWorkflow, "the answer '' has no tokens: write it in letters"),
    "too long": (("7" * 1020, "7" * 1021), BadModel, r"takes 1\d\d\d tokens.*context of 1024"),
}


@pytest.mark.parametrize(("answers", "kind", "problem"), ANSWERS.values(), ids=ANSWERS)
def test_answers_that_cannot_be_chosen_among_are_refused(
    engine: Engine, answers: tuple[str, ...], kind: Kind, problem: str
) -> None:
    with pytest.raises(kind, match=problem):
        engine.choose([ChooseRequest(HELLO, answers)])
    assert answers_still(engine)


WRITING: dict[str, tuple[dict[str, Any], str]] = {
    "no tokens": ({"max_new_tokens": 0}, "max_new_tokens is 0: give a whole number from 1 on"),
    "negative": ({"max_new_tokens": -1}, "max_new_tokens is -1: give"),
    "not whole": ({"max_new_tokens": 2.5}, r"max_new_tokens is 2\.5: give"),
    "no number": ({"max_new_tokens": float("nan")}, "max_new_tokens is nan: give"),
    "negative thought": ({"thinking_tokens": -1}, "thinking_tokens is -1: give"),
    "no time": ({"seconds": 0}, "seconds is 0: give a number above 0, or None"),
    "negative time": ({"seconds": -2.0}, r"seconds is -2\.0: give"),
    "no time at all": ({"seconds": float("nan")}, "seconds is nan: give"),
    "endless time": ({"seconds": float("inf")}, "seconds is inf: give"),
    "empty stop": ({"stop_texts": ("x", "")}, "stop text is empty: leave it out"),
}


@pytest.mark.parametrize(("options", "problem"), WRITING.values(), ids=WRITING)
def test_limits_that_bound_nothing_are_refused(
    engine: Engine, options: dict[str, Any], problem: str
) -> None:
    with pytest.raises(BadWorkflow, match=problem):
        engine.write([WriteRequest(HELLO), WriteRequest(HELLO, **options)])
    with pytest.raises(BadWorkflow, match=problem):
        next(engine.stream(WriteRequest(HELLO, **options)))
    assert answers_still(engine)


def of(schema: Any) -> JsonSchema:
    return JsonSchema(schema)


GRAMMARS: dict[str, tuple[Grammar, str]] = {
    "remote reference": (of({"$ref": "http://127.0.0.1:9/s.json"}), r"never fetched: copy"),
    "endless recursion": (of({"$ref": "#"}), "let the recursion stop"),
    "5,000 properties": (
        of({"type": "object", "properties": {f"p{n}": {} for n in range(5000)}}),
        "at most .*: split it",
    ),
    "contradiction": (of({"const": 1, "type": "string"}), "remove the contradiction"),
    "pattern too large": (
        of({"type": "string", "pattern": "^((a{1,1000}){1,1000}){1,1000}$"}),
        "cannot be enforced",
    ),
    "no JSON": (of({"enum": {1}}), "set is not JSON.*: write it in a published draft"),
    "no number": (of({"const": float("nan")}), "not JSON compliant.*: write it in a published"),
    "no object": (of([1]), r"\[1\] is no object.*: write it in a published draft"),
    "no regex": (Regex("("), "regular expression cannot be enforced"),
    "no texts": (OneOf(()), "one of no texts: give at least one"),
    "no tools": (ToolCalls(()), "at least one tool"),
}


@pytest.mark.parametrize(("grammar", "problem"), GRAMMARS.values(), ids=GRAMMARS)
def test_a_grammar_that_cannot_bind_is_refused(
    engine: Engine, grammar: Grammar, problem: str
) -> None:
    with pytest.raises(BadWorkflow, match=problem):
        engine.write([WriteRequest(HELLO), WriteRequest(HELLO, grammar)])
    assert answers_still(engine)


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|aa)+$", "^([a-z]+)*$"])
def test_a_catastrophic_pattern_binds_as_any_other(engine: Engine, pattern: str) -> None:
    grammar = of({"type": "string", "pattern": pattern, "minLength": 30, "maxLength": 40})
    (reply,) = engine.write([WriteRequest(HELLO, grammar, max_new_tokens=80)])
    assert reply.finish == "stop"
    assert reply.text.strip('"').islower()


def test_text_that_is_forced_beyond_the_limit_is_said_to_be_cut(engine: Engine) -> None:
    grammar = of({"const": "much longer than three tokens"})
    (reply,) = engine.write([WriteRequest(HELLO, grammar, max_new_tokens=3)])
    assert (reply.finish, reply.usage.new_tokens) == ("length", 3)
    assert '"much longer than three tokens"'.startswith(reply.text)
    assert answers_still(engine)


@pytest.fixture
def own_engine(checkpoint: Path) -> Engine:
    return load_model(str(checkpoint), Loading(device="cpu"))


@contextmanager
def failing(engine: Engine, error: BaseException, *, after: int) -> Iterator[None]:
    """Passes over words fail after so many."""
    count = 0

    def fail(*_: object) -> None:
        nonlocal count
        count += 1
        if count > after:
            raise error

    hook = engine._runner.model.model.language_model.register_forward_pre_hook(fail)
    try:
        yield
    finally:
        hook.remove()


FAILURES: dict[str, tuple[BaseException, Kind | type[BaseException]]] = {
    "interrupt": (KeyboardInterrupt(), KeyboardInterrupt),
    "full accelerator": (torch.OutOfMemoryError("CUDA out of memory"), BadModel),
    "full memory": (MemoryError(), BadModel),
    "failure": (RuntimeError("the driver is gone"), RuntimeError),
}


@pytest.mark.parametrize("after", [0, 3], ids=["at once", "in mid-reply"])
@pytest.mark.parametrize(("error", "told"), FAILURES.values(), ids=FAILURES)
def test_what_ends_a_reply_is_told_and_the_next_request_is_answered_in_full(
    own_engine: Engine, engine: Engine, error: BaseException, told: Kind, after: int
) -> None:
    request = WriteRequest(HELLO, max_new_tokens=8)
    with failing(own_engine, error, after=after), pytest.raises(told):
        own_engine.write([request])

    (reply,), (expected,) = own_engine.write([request]), engine.write([request])

    assert (reply.text, reply.finish) == (expected.text, expected.finish)
    assert len(own_engine._scheduler._writing) == 0


def test_an_interrupt_in_the_leading_thread_is_told_to_those_who_wait(own_engine: Engine) -> None:
    start = Barrier(3)

    def write(_: int) -> type[BaseException] | None:
        start.wait()
        try:
            own_engine.write([WriteRequest(HELLO, max_new_tokens=50)])
        except KeyboardInterrupt as error:
            return type(error)
        return None

    with failing(own_engine, KeyboardInterrupt(), after=5), ThreadPoolExecutor(3) as threads:
        told = list(threads.map(write, range(3)))

    assert told == [KeyboardInterrupt] * 3
    assert answers_still(own_engine)


def test_a_stream_that_is_closed_ends_the_writing(own_engine: Engine) -> None:
    stream = own_engine.stream(WriteRequest(HELLO, max_new_tokens=300))
    next(stream)
    stream.close()

    assert len(own_engine._scheduler._writing) == 0
    assert answers_still(own_engine)


def test_two_threads_on_one_conversation_answer_as_one_after_another(
    own_engine: Engine, engine: Engine, ask: Ask
) -> None:
    asked = ask("What changed?", (64, 64), (96, 64))
    request = WriteRequest(asked, max_new_tokens=12)
    start = Barrier(2)

    def both(_: int) -> tuple[str, dict[str, float]]:
        start.wait()
        (reply,) = own_engine.write([request])
        grown = (*asked, Message("assistant", (reply.text,)), Message("user", ("Why?",)))
        (choice,) = own_engine.choose([ChooseRequest(grown, LABELS)])
        return reply.text, choice.probabilities

    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(both, range(2)))

    (alone,) = engine.write([replace(request)])
    grown = (*asked, Message("assistant", (alone.text,)), Message("user", ("Why?",)))
    (expected,) = engine.choose([ChooseRequest(grown, LABELS)])
    for text, probabilities in found:
        assert text == alone.text
        assert probabilities == pytest.approx(expected.probabilities, abs=1e-4)
