import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
import torch

from foveal.models.engine import Checkpoint, Engine
from foveal.models.load import load_model
from foveal.models.protocol import (
    Choice,
    ChooseRequest,
    Conversation,
    JsonSchema,
    Message,
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


def limited(engine: Engine, rows: int) -> None:
    """As if the machine could hold no more than so many rows."""

    def refuse(_: torch.nn.Module, __: tuple[object, ...], given: dict[str, torch.Tensor]) -> None:
        if len(given["position_ids"][0]) > rows:
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
