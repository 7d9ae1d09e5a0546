import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from weakref import ref

import numpy as np
import PIL.Image
import pytest
import torch

from foveal.models.engine import Checkpoint, Engine
from foveal.models.load import load_model
from foveal.models.prompt import pictures
from foveal.models.protocol import (
    Choice,
    ChooseRequest,
    Conversation,
    JsonSchema,
    Message,
    Picture,
    Reply,
    WriteRequest,
)
from foveal.models.runner import Budgets
from foveal.models.scheduler import Limits
from foveal.schemas.errors import BadModel
from foveal.schemas.loading import Loading

Ask = Callable[..., Conversation]
MakeEngine = Callable[[Limits], Engine]
LABELS = ("open", "short", "none")


@pytest.fixture
def make_engine(engine: Engine) -> MakeEngine:
    """One that keeps nothing, on the weights of the shared one."""
    checkpoint = Checkpoint(
        engine.name,
        "",
        engine._runner.model,
        engine._tokenizer,
        engine.prompts.patcher._processor,
    )
    return lambda limits: Engine(
        checkpoint, autocast=False, limits=limits, budgets=Budgets(features=0, prefixes=0)
    )


def talk(engine: Engine, begun: Conversation) -> list[Choice | Reply]:
    """Three turns, each with what was answered before."""
    said: list[Choice | Reply] = []
    conversation = begun
    for turn in range(3):
        if turn == 1:
            (reply,) = engine.write([WriteRequest(conversation, max_new_tokens=6 + turn)])
            answer = reply.text
            said.append(reply)
        else:
            (choice,) = engine.choose([ChooseRequest(conversation, LABELS)])
            answer = choice.answer
            said.append(choice)
        conversation = (
            *conversation,
            Message("assistant", (answer,)),
            Message("user", (f"Turn {turn}?",)),
        )
    return said


@pytest.mark.parametrize("together", [2, 4, 8])
def test_conversations_side_by_side_answer_as_one_after_another(
    together: int, make_engine: MakeEngine, engine: Engine, ask: Ask
) -> None:
    begun = [ask("Look. " * (n + 1), (64, 32 * (1 + n % 3)), seed=n) for n in range(together)]
    alone = [talk(make_engine(Limits(rows=1)), conversation) for conversation in begun]
    start = Barrier(together)

    def join(conversation: Conversation) -> list[Choice | Reply]:
        start.wait()
        return talk(engine, conversation)

    with ThreadPoolExecutor(together) as threads:
        found = list(threads.map(join, begun))

    for mine, expected in zip(found, alone, strict=True):
        for one, other in zip(mine, expected, strict=True):
            if isinstance(one, Reply):
                assert isinstance(other, Reply)
                assert (one.text, one.finish) == (other.text, other.finish)
            else:
                assert isinstance(other, Choice)
                assert one.probabilities == pytest.approx(other.probabilities, abs=1e-4)


def test_a_question_need_not_wait_until_a_long_reply_is_written(engine: Engine, ask: Ask) -> None:
    begun = Barrier(2)
    order: list[str] = []

    def write() -> None:
        begun.wait()
        engine.write([WriteRequest(ask("Write on and on."), max_new_tokens=300)])
        order.append("reply")

    def choose() -> None:
        begun.wait()
        engine.choose([ChooseRequest(ask("Which?", seed=1), LABELS)])
        order.append("choice")

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(write), threads.submit(choose)]:
            done.result()

    assert order == ["choice", "reply"]


def test_more_replies_than_rows_take_turns(make_engine: MakeEngine, ask: Ask) -> None:
    requests = [WriteRequest(ask("Tell.", seed=n), max_new_tokens=3 + n % 4) for n in range(9)]

    replies = make_engine(Limits(rows=2)).write(requests)

    alone = [make_engine(Limits(rows=1)).write([request])[0] for request in requests]
    assert [reply.text for reply in replies] == [reply.text for reply in alone]


class FullMemory(RuntimeError):
    """What torch's CPU allocator says when it has none."""

    def __init__(self) -> None:
        super().__init__("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 GB")


def limited(engine: Engine, *, rows: int = 99, tokens: int = 9_999) -> None:
    """As if the machine could hold no more than so many rows of so many tokens."""

    def refuse(_: torch.nn.Module, __: tuple[object, ...], given: dict[str, torch.Tensor]) -> None:
        if given["position_ids"].shape[1] > rows or given["position_ids"].shape[2] > tokens:
            raise FullMemory

    engine._runner.model.model.language_model.register_forward_pre_hook(refuse, with_kwargs=True)


@pytest.fixture
def own_engine(checkpoint: Path) -> Engine:
    return load_model(str(checkpoint), Loading(device="cpu"))


def test_a_batch_that_does_not_fit_is_halved(
    own_engine: Engine, engine: Engine, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    requests = [ChooseRequest(ask("Which?", (64, 64), seed=n), LABELS) for n in range(5)]
    limited(own_engine, rows=2)

    choices = own_engine.choose(requests)

    expected = engine.choose(requests)
    for choice, other in zip(choices, expected, strict=True):
        assert choice.probabilities == pytest.approx(other.probabilities, abs=1e-4)
    assert "no memory for a batch of 5: trying halves" in caplog.text


def test_replies_that_do_not_fit_go_on_in_halves_from_what_is_written(
    own_engine: Engine, engine: Engine, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    requests = [
        WriteRequest(ask("Tell.", (64, 64), seed=n), max_new_tokens=6 + n, stop_texts=("no",))
        for n in range(5)
    ]
    limited(own_engine, rows=2)

    replies = own_engine.write(requests)

    for reply, (alone,) in zip(replies, [engine.write([one]) for one in requests], strict=True):
        assert (reply.text, reply.finish) == (alone.text, alone.finish)
        assert reply.log_probabilities == pytest.approx(alone.log_probabilities, abs=1e-3)
        assert reply.usage.new_tokens == alone.usage.new_tokens
        assert reply.usage.model_calls == 1
    assert "no memory for 5 replies at a time: going on with 2" in caplog.text


def test_once_memory_was_short_and_all_is_done_batches_are_as_large_as_before(
    own_engine: Engine, ask: Ask
) -> None:
    requests = [WriteRequest(ask("Tell.", seed=n), max_new_tokens=3) for n in range(5)]
    limited(own_engine, rows=2)
    own_engine.write(requests)

    assert own_engine._scheduler._room is None


def test_what_a_failed_batch_held_is_free_when_its_halves_are_tried(
    own_engine: Engine, ask: Ask
) -> None:
    held: list[ref[torch.Tensor]] = []

    def refuse(_: torch.nn.Module, __: tuple[object, ...], given: dict[str, torch.Tensor]) -> None:
        assert not any(tensor() is not None for tensor in held)
        if given["position_ids"].shape[1] > 1:
            large = torch.zeros(1)
            held.append(ref(large))
            raise FullMemory

    model = own_engine._runner.model.model.language_model
    model.register_forward_pre_hook(refuse, with_kwargs=True)

    own_engine.choose([ChooseRequest(ask("Which?", seed=n), LABELS) for n in range(4)])

    assert held


def shrunk(conversation: Conversation, size: tuple[int, int]) -> Conversation:
    """With its picture in another size."""
    (pixels,) = pictures(conversation)
    smaller = PIL.Image.fromarray(pixels).resize(size, PIL.Image.Resampling.BICUBIC)
    first, (*_, text) = conversation[0], conversation[1].parts
    shown = (" Picture A: ", Picture("A", np.asarray(smaller)), text)
    return first, Message("user", shown)


def test_a_picture_that_does_not_fit_is_shown_with_fewer_pixels_and_the_usage_says_so(
    own_engine: Engine, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    asked = ask("Which?", (512, 512), (32, 32))
    limited(own_engine, tokens=200)

    (choice,) = own_engine.choose([ChooseRequest(asked, LABELS)])
    (reply,) = own_engine.write([WriteRequest(asked, max_new_tokens=3)])

    assert (choice.usage.shrunk_images, reply.usage.shrunk_images) == (1, 1)
    assert "halving the pixels of 1 pictures in it" in caplog.text


def test_fewer_pixels_are_seen_as_if_they_had_been_sent(
    own_engine: Engine, engine: Engine, ask: Ask
) -> None:
    asked = ask("Which?", (512, 512))
    limited(own_engine, tokens=200)

    (choice,) = own_engine.choose([ChooseRequest(asked, LABELS)])

    (sent,) = engine.choose([ChooseRequest(shrunk(asked, (352, 352)), LABELS)])
    assert choice.probabilities == pytest.approx(sent.probabilities, abs=1e-5)
    assert sent.usage.shrunk_images == 0


def test_pictures_are_shrunk_no_further_than_to_64_tokens(own_engine: Engine, ask: Ask) -> None:
    limited(own_engine, tokens=60)
    with pytest.raises(BadModel, match=r"no memory for a prompt of \d+ tokens.*smaller pictures"):
        own_engine.choose([ChooseRequest(ask("Which?", (512, 512)), LABELS)])


def test_no_pixels_are_left_out_where_answers_are_repeatable(checkpoint: Path, ask: Ask) -> None:
    engine = load_model(str(checkpoint), Loading(device="cpu", repeatable=True))
    request = ChooseRequest(ask("Which?", (512, 512)), LABELS)
    tokens = len(engine._question(request).outline.ids)
    limited(engine, tokens=63)
    with pytest.raises(BadModel, match=f"no memory for a prompt of {tokens} tokens"):
        engine.choose([request])


def test_a_repeatable_reply_is_not_read_anew(checkpoint: Path, ask: Ask) -> None:
    engine = load_model(str(checkpoint), Loading(device="cpu", repeatable=True))
    request = WriteRequest(ask("Tell."), max_new_tokens=5)
    (expected,) = engine.write([request])

    def refuse(*_: object) -> None:
        if len(engine._scheduler._writing):
            raise FullMemory

    hook = engine._runner.model.model.language_model.register_forward_pre_hook(refuse)
    with pytest.raises(BadModel, match="no memory for a prompt"):
        engine.write([request])
    hook.remove()

    assert engine.write([request])[0].log_probabilities == expected.log_probabilities


def test_a_prompt_beyond_the_budget_of_a_batch_runs_by_itself(
    make_engine: MakeEngine, engine: Engine, ask: Ask
) -> None:
    requests = [ChooseRequest(ask("Which?", (512, 512), seed=n), LABELS) for n in range(2)]
    choices = make_engine(Limits(tokens=50)).choose(requests)
    for choice, expected in zip(choices, engine.choose(requests), strict=True):
        assert choice.probabilities == pytest.approx(expected.probabilities, abs=1e-4)


@pytest.mark.parametrize("repeatable", [False, True], ids=["usual", "repeatable"])
def test_a_request_that_does_not_fit_beside_others_waits_for_them(
    checkpoint: Path, ask: Ask, caplog: pytest.LogCaptureFixture, *, repeatable: bool
) -> None:
    own_engine = load_model(str(checkpoint), Loading(device="cpu", repeatable=repeatable))

    def refuse(_: torch.nn.Module, __: tuple[object, ...], given: dict[str, torch.Tensor]) -> None:
        if len(own_engine._scheduler._writing) and given["position_ids"].shape[2] > 1:
            raise FullMemory

    stream = own_engine.stream(WriteRequest(ask("Tell."), max_new_tokens=9))
    next(stream)
    model = own_engine._runner.model.model.language_model
    model.register_forward_pre_hook(refuse, with_kwargs=True)

    (choice,) = own_engine.choose([ChooseRequest(ask("Which?", (512, 512)), LABELS)])

    assert choice.usage.shrunk_images == 0
    assert caplog.text.count("waiting for others") == 1
    assert len(own_engine._scheduler._writing) == 0


def test_what_never_fits_is_refused_and_the_next_request_answered(
    own_engine: Engine, ask: Ask
) -> None:
    limited(own_engine, rows=0)
    request = ChooseRequest(ask("Which?", (64, 64)), LABELS)
    with pytest.raises(BadModel, match=r"no memory for a prompt of \d+ tokens.*smaller pictures"):
        own_engine.choose([request])
    own_engine._runner.model.model.language_model._forward_pre_hooks.clear()

    (choice,) = own_engine.choose([request])

    assert sum(choice.probabilities.values()) == pytest.approx(1)


def test_an_interrupt_ends_all_and_the_next_request_is_answered(
    own_engine: Engine, ask: Ask
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    hook = own_engine._runner.model.model.language_model.register_forward_pre_hook(interrupt)
    with pytest.raises(KeyboardInterrupt):
        own_engine.write([WriteRequest(ask("Tell."), max_new_tokens=3)])
    hook.remove()

    (reply,) = own_engine.write([WriteRequest(ask("Tell."), max_new_tokens=3)])

    assert reply.finish == "length"


def test_a_schema_holds_for_replies_that_join_others(engine: Engine, ask: Ask) -> None:
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer", "minimum": 0, "maximum": 9}},
        "required": ["n"],
        "additionalProperties": False,
    }
    requests = [WriteRequest(ask("Count.", seed=n), JsonSchema(schema), 40) for n in range(6)]

    with ThreadPoolExecutor(6) as threads:
        replies = list(threads.map(lambda request: engine.write([request])[0], requests))

    assert all(0 <= json.loads(reply.text)["n"] <= 9 for reply in replies)
