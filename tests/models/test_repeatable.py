"""Bit for bit the same answers, whoever asks beside them and whatever was asked before."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
import torch

from foveal.models.engine import Checkpoint, Engine
from foveal.models.job import Job
from foveal.models.load import load_model
from foveal.models.prompt import pictures
from foveal.models.protocol import (
    ChooseRequest,
    Conversation,
    JsonSchema,
    Message,
    WriteRequest,
)
from foveal.models.runner import Budgets, Runner
from foveal.models.scheduler import REPEATABLE
from foveal.schemas.loading import Loading

Ask = Callable[..., Conversation]
MakeEngine = Callable[[], Engine]
BLOCK = REPEATABLE.block or 0
LABELS = ("pin", "pin-hole", "none")
BOX = JsonSchema(
    {"type": "array", "items": {"type": "integer", "maximum": 99}, "minItems": 2, "maxItems": 2}
)


@pytest.fixture(scope="module", params=["random", "tiny"])
def loaded(request: pytest.FixtureRequest, checkpoint: Path) -> Engine:
    """In float32, and as the shipped model runs: where the processor can, with products in bf16."""
    name = "tiny" if request.param == "tiny" else str(checkpoint)
    return load_model(name, Loading(device="cpu", repeatable=True))


@pytest.fixture(scope="module")
def make_engine(loaded: Engine) -> MakeEngine:
    """One that was asked nothing, on the same weights."""
    checkpoint = Checkpoint(
        loaded.name,
        "",
        loaded._runner.model,
        loaded._tokenizer,
        loaded.prompts.patcher._processor,
    )
    return lambda: Engine(checkpoint, autocast=loaded._runner._autocast, limits=REPEATABLE)


@pytest.fixture(scope="module")
def questions(ask: Ask) -> list[Conversation]:
    """About pictures of several sizes, in prompts of less than a block and of several."""
    return [
        ask("What changed? " * (1 + seed), *[(64, 32 + 32 * (seed % 3))] * (seed % 4), seed=seed)
        for seed in range(8)
    ]


class Answers(NamedTuple):
    """All numbers exactly as they are."""

    probabilities: dict[str, float]
    bound: tuple[str, tuple[float, ...]]
    free: tuple[str, tuple[float, ...]]


def answers(engine: Engine, *asked: Conversation) -> list[Answers]:
    choices = engine.choose([ChooseRequest(said, LABELS) for said in asked])
    bound = engine.write([WriteRequest(said, BOX) for said in asked])
    free = engine.write([WriteRequest(said, max_new_tokens=8) for said in asked])
    return [
        Answers(choice.probabilities, *((one.text, one.log_probabilities) for one in replies))
        for choice, *replies in zip(choices, bound, free, strict=True)
    ]


@pytest.fixture(scope="module")
def alone(make_engine: MakeEngine, questions: list[Conversation]) -> list[Answers]:
    """Each by an engine that was asked nothing else."""
    return [answers(make_engine(), asked)[0] for asked in questions]


def test_answers_are_the_same_among_neighbours(
    make_engine: MakeEngine, questions: list[Conversation], alone: list[Answers]
) -> None:
    assert answers(make_engine(), *questions) == alone


def test_answers_are_the_same_from_several_threads_at_once(
    make_engine: MakeEngine, questions: list[Conversation], alone: list[Answers]
) -> None:
    engine = make_engine()
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda asked: answers(engine, asked)[0], questions)) == alone


def test_answers_are_the_same_after_other_conversations(
    make_engine: MakeEngine, questions: list[Conversation], alone: list[Answers], ask: Ask
) -> None:
    engine = make_engine()
    for asked in questions:
        answers(engine, (*asked, Message("assistant", ("none",)), Message("user", ("Why?",))))
    answers(engine, ask("Other words.", (64, 64), seed=5))

    assert answers(engine, *reversed(questions)) == alone[::-1]


def test_a_picture_is_seen_alike_whatever_is_shown_beside_it(
    make_engine: MakeEngine, ask: Ask
) -> None:
    pair = ask("What changed?", (256, 320), (32, 32), seed=9)
    *_, shown, text = pair[1].parts
    engine = make_engine()
    answers(engine, (pair[0], Message("user", ("One of them: ", shown, text))))

    assert answers(engine, pair) == answers(make_engine(), pair)


def test_pictures_are_encoded_one_by_one(make_engine: MakeEngine, ask: Ask) -> None:
    """Most sizes give the same bits together: that they do is not relied on."""
    engine = make_engine()
    together: list[int] = []

    def count(_: torch.nn.Module, __: tuple[object, ...], given: dict[str, torch.Tensor]) -> None:
        together.append(len(given["grid_thw"]))

    hook = engine._runner.model.model.visual.register_forward_pre_hook(count, with_kwargs=True)
    engine.choose([ChooseRequest(ask("What?", (32, 32), (64, 32), (32, 32), seed=7), LABELS)])
    hook.remove()

    assert together == [1, 1, 1]


def test_a_turn_after_a_reply_is_answered_as_if_it_were_the_first(
    make_engine: MakeEngine, ask: Ask
) -> None:
    engine, asked = make_engine(), ask("Describe it. " * 8, (64, 64))
    (reply,) = engine.write([WriteRequest(asked, max_new_tokens=40)])
    grown = (*asked, Message("assistant", (reply.text,)), Message("user", ("Why?",)))

    (choice,) = engine.choose([ChooseRequest(grown, LABELS)])

    (cold,) = make_engine().choose([ChooseRequest(grown, LABELS)])
    assert choice.probabilities == cold.probabilities
    assert choice.usage.cached_tokens >= BLOCK


def test_states_are_the_same_warm_and_cold(engine: Engine, questions: list[Conversation]) -> None:
    def runner(budgets: Budgets) -> Runner:
        model, patcher = engine._runner.model, engine.prompts.patcher
        return Runner(model, patcher, autocast=False, budgets=budgets, block=BLOCK)

    def state(runner: Runner, said: Conversation) -> torch.Tensor:
        with runner.inference():
            return runner.read([Job(engine.prompts.outline(said), pictures(said))]).last

    warm, keeps_nothing = runner(Budgets()), runner(Budgets(features=0, prefixes=0))
    for said in questions * 2:
        assert torch.equal(state(warm, said), state(keeps_nothing, said))


def test_blocks_that_are_known_are_not_read_again(make_engine: MakeEngine, ask: Ask) -> None:
    engine = make_engine()
    request = ChooseRequest(ask("What changed? " * 12, (64, 64), (32, 64)), LABELS)
    length = len(engine._question(request).outline.ids)
    whole = (length - 1) // BLOCK * BLOCK
    assert whole > 0

    first, again = (engine.choose([request])[0].usage for _ in "12")

    inside = first.prefill_tokens - length
    assert (first.image_encodes, first.cached_images, first.cached_tokens) == (2, 0, 0)
    assert (again.image_encodes, again.cached_images, again.cached_tokens) == (0, 2, whole)
    assert again.prefill_tokens == length - whole + inside


@contextmanager
def passes(engine: Engine) -> Iterator[list[int]]:
    """Rows of each pass over words, as they are run."""
    rows: list[int] = []

    def count(_: torch.nn.Module, __: tuple[object, ...], given: dict[str, torch.Tensor]) -> None:
        rows.append(len(given["position_ids"][0]))

    language_model = engine._runner.model.model.language_model
    hook = language_model.register_forward_pre_hook(count, with_kwargs=True)
    try:
        yield rows
    finally:
        hook.remove()


def test_a_pass_has_one_row_where_usually_it_has_many(
    loaded: Engine, checkpoint: Path, ask: Ask
) -> None:
    requests = [WriteRequest(ask("Tell.", seed=n), max_new_tokens=3) for n in range(8)]
    usual = load_model(str(checkpoint), Loading(device="cpu"))

    with passes(usual) as together:
        usual.write(requests)
    with passes(loaded) as one_by_one:
        loaded.write(requests)

    assert max(together) == 8
    assert set(one_by_one) == {1}
    assert len(one_by_one) > len(together)
