from collections.abc import Callable, Sequence

import pytest
import torch
from torch import Tensor
from transformers import Qwen3VLForConditionalGeneration

from foveal.models.engine import Engine
from foveal.models.features import picture_key
from foveal.models.job import Job
from foveal.models.prompt import PromptBuilder, pictures
from foveal.models.protocol import Conversation, Message
from foveal.models.runner import Budgets, Reading, Runner
from foveal.schemas.report import Usage

Ask = Callable[..., Conversation]
NOTHING_KEPT = Budgets(features=0, prefixes=0)


class Passage(Job):
    def followed_by(self, *ids: int) -> "Passage":
        return Passage(self.outline.followed_by(ids), self.pictures)


@pytest.fixture
def runner(engine: Engine) -> Runner:
    """That has read nothing."""
    return fresh(engine)


def fresh(engine: Engine, budgets: Budgets | None = None) -> Runner:
    return Runner(
        engine._runner.model, engine.prompts.patcher, autocast=False, budgets=budgets or Budgets()
    )


@pytest.fixture
def passage(prompts: PromptBuilder) -> Callable[[Conversation], Passage]:
    return lambda said: Passage(prompts.outline(said), pictures(said))


Pass = Callable[[Conversation], Passage]


@pytest.fixture
def two(passage: Pass, ask: Ask) -> list[Passage]:
    long = ask("What changed between A and B?", (64, 96), (96, 32))
    return [passage(long), passage(ask("Look.", (32, 32), seed=1))]


def read(runner: Runner, *asked: Passage) -> Reading:
    with runner.inference():
        reading = runner.read(asked)
        for index, row in enumerate(reading.rows):
            runner.keep(row, reading.memory, index)
    return reading


def cold(engine: Engine, asked: Passage) -> Tensor:
    """The state after it, read from its start by a runner that keeps nothing."""
    return read(fresh(engine, NOTHING_KEPT), asked).last[0]


def same(found: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-4)


def test_going_on_equals_reading_from_the_start(
    engine: Engine, runner: Runner, two: list[Passage]
) -> None:
    asked = two[0]
    memory = read(runner, asked).memory
    with runner.inference():
        runner.go_on(memory, [[40]])
        runner.go_on(memory, [[41]])
        last = runner.go_on(memory, [[42]])
    same(last[0, -1], cold(engine, asked.followed_by(40, 41, 42)))


def test_a_conversation_in_between_disturbs_nothing(
    engine: Engine, runner: Runner, two: list[Passage]
) -> None:
    first, second = two
    memory, other = read(runner, first).memory, read(runner, second).memory
    with runner.inference():
        runner.go_on(other, [[7]])
        last = runner.go_on(memory, [[40]])
        other_last = runner.go_on(other, [[8]])
    same(last[0, -1], cold(engine, first.followed_by(40)))
    same(other_last[0, -1], cold(engine, second.followed_by(7, 8)))


def test_nothing_is_left_on_the_model(runner: Runner, two: list[Passage]) -> None:
    read(runner, *two)
    assert runner.model.model.rope_deltas is None


def test_dropped_tokens_were_never_said(engine: Engine, runner: Runner, two: list[Passage]) -> None:
    first, second = two
    memory = read(runner, *two).memory
    with runner.inference():
        states = runner.go_on(memory, [[5, 6, 7], [8, 9]])
        memory.drop_last([2, 0])
        last = runner.go_on(memory, [[3], [4]])
    assert memory.length(0) == len(first.outline.ids) + 2
    same(states[0, 1], cold(engine, first.followed_by(5, 6)))
    same(last[0, -1], cold(engine, first.followed_by(5, 3)))
    same(last[1, -1], cold(engine, second.followed_by(8, 9, 4)))


def test_rows_of_different_lengths_go_on_together(
    engine: Engine, runner: Runner, two: list[Passage]
) -> None:
    first, second = two
    memory = read(runner, *two).memory
    with runner.inference():
        memory.select([1, 0, 1])
        runner.go_on(memory, [[5], [6, 7, 8], [9, 10]])
        last = runner.go_on(memory, [[3], [3], [3]])
    expected = [
        second.followed_by(5, 3),
        first.followed_by(6, 7, 8, 3),
        second.followed_by(9, 10, 3),
    ]
    same(last[:, -1], torch.stack([cold(engine, asked) for asked in expected]))


def test_rows_that_left_leave_no_room_behind(
    engine: Engine, runner: Runner, two: list[Passage]
) -> None:
    """The shorter row goes on alone, though the batch was as long as the longer one."""
    longer, shorter = two
    memory = read(runner, longer, shorter).memory
    with runner.inference():
        runner.go_on(memory, [[5], [6]])
        memory.select([1])
        last = runner.go_on(memory, [[7]])
    assert memory.seen.shape[1] == len(shorter.outline.ids) + 2
    same(last[0, -1], cold(engine, shorter.followed_by(6, 7)))


def turns(ask: Ask, *, pictures_in: Sequence[int]) -> list[Conversation]:
    """A conversation after each of three turns; some turns bring a picture."""
    said: Conversation = ()
    grown = []
    for turn in range(3):
        sizes = [(64, 32 * (turn + 1))] if turn in pictures_in else []
        question = ask(f"Question {turn}: what changed?", *sizes, seed=turn)
        said = (*said, *(question if turn == 0 else question[1:]))
        grown.append(said)
        said = (*said, Message("assistant", ("none",)))
    return grown


@pytest.mark.parametrize(
    "pictures_in", [[0], [1], [2], [0, 2], [0, 1, 2], []], ids=lambda turns: f"turns {turns}"
)
def test_a_turn_after_others_equals_a_cold_pass_and_costs_its_own_tokens(
    pictures_in: list[int], engine: Engine, runner: Runner, passage: Pass, ask: Ask
) -> None:
    read_before = 0
    for conversation in turns(ask, pictures_in=pictures_in):
        asked = passage(conversation)
        reading = read(runner, asked)

        same(reading.last[0], cold(engine, asked))
        (usage,) = reading.usage
        assert usage.cached_tokens >= read_before - 1
        assert usage.cached_tokens + usage.prefill_tokens == len(asked.outline.ids)
        assert usage.image_encodes <= 1
        read_before = len(asked.outline.ids)


def test_what_a_batch_begins_with_is_read_once(
    engine: Engine, runner: Runner, passage: Pass, ask: Ask
) -> None:
    asked = [passage(ask("What changed? Say it.", (64, 64), seed=seed)) for seed in range(4)]

    reading = read(runner, *asked)

    prefilled = sum(usage.prefill_tokens for usage in reading.usage)
    shared = reading.usage[1].cached_tokens
    assert shared > 16
    assert prefilled == sum(len(one.outline.ids) for one in asked) - 3 * shared
    same(reading.last, torch.stack([cold(engine, one) for one in asked]))


def test_branches_of_one_beginning_equal_cold_passes(
    engine: Engine, runner: Runner, passage: Pass, ask: Ask
) -> None:
    begun = ask("Here is a part.", (64, 64), (64, 64), seed=3)
    read(runner, passage(begun))
    claims = [(*begun, Message("user", (f"Is claim {n} true?",))) for n in range(5)]

    reading = read(runner, *map(passage, claims))

    same(reading.last, torch.stack([cold(engine, passage(claim)) for claim in claims]))
    assert sum(usage.image_encodes for usage in reading.usage) == 0


def test_a_row_goes_back_to_where_another_was_shorter(
    engine: Engine, runner: Runner, two: list[Passage]
) -> None:
    longer, asked = two[0].followed_by(5, 6, 7, 8), two[0]
    read(runner, longer)

    reading = read(runner, asked)

    assert reading.usage[0].prefill_tokens == 1
    same(reading.last[0], cold(engine, asked))


def test_known_and_unknown_rows_share_a_batch(
    engine: Engine, runner: Runner, passage: Pass, ask: Ask
) -> None:
    asked = [passage(said) for said in turns(ask, pictures_in=[0, 1])]
    read(runner, asked[0])

    reading = read(runner, *reversed(asked))

    same(reading.last, torch.stack([cold(engine, one) for one in reversed(asked)]))


def test_a_picture_shown_again_is_not_encoded_again(
    runner: Runner, passage: Pass, ask: Ask
) -> None:
    read(runner, passage(ask("Look at it.", (64, 64), seed=2)))

    reading = read(runner, passage(ask("Other words before it.", (64, 64), seed=2)))

    assert reading.usage[0].image_encodes == 0
    assert reading.usage[0].cached_images == 1


def test_a_picture_shown_twice_in_a_batch_is_encoded_once(
    runner: Runner, passage: Pass, ask: Ask
) -> None:
    asked = [passage(ask(text, (64, 64), seed=2)) for text in ("One.", "Another one.")]

    assert sum(usage.image_encodes for usage in read(runner, *asked).usage) == 1


def test_equal_bytes_of_another_shape_are_another_picture(
    engine: Engine, runner: Runner, passage: Pass, ask: Ask
) -> None:
    wide = ask("Look.", (96, 64), seed=4)
    (pixels,) = pictures(wide)
    assert picture_key(pixels) != picture_key(pixels.reshape(96, 64, *pixels.shape[2:]))
    tall = ask("Look.", (64, 96), seed=4)
    pictures(tall)[0][:] = pixels.reshape(pictures(tall)[0].shape)

    read(runner, passage(wide))

    same(read(runner, passage(tall)).last[0], cold(engine, passage(tall)))


def test_a_changed_picture_is_never_answered_from_the_old_one(
    engine: Engine, runner: Runner, passage: Pass, ask: Ask
) -> None:
    said = ask("Look.", (64, 64), seed=5)
    before = read(runner, passage(said)).last[0]
    pictures(said)[0][20:40] ^= 255

    after = read(runner, passage(said)).last[0]

    same(after, cold(engine, passage(said)))
    assert not torch.allclose(after, before, atol=1e-3)


@pytest.mark.parametrize(
    "budgets", [NOTHING_KEPT, Budgets(features=40_000, prefixes=60_000)], ids=str
)
def test_small_budgets_change_costs_and_nothing_else(
    budgets: Budgets, engine: Engine, passage: Pass, ask: Ask
) -> None:
    runner = fresh(engine, budgets)
    for conversation in turns(ask, pictures_in=[0, 1, 2]) * 2:
        asked = passage(conversation)
        same(read(runner, asked).last[0], cold(engine, asked))
    assert runner._features.bytes <= budgets.features
    assert runner._prefixes.bytes <= budgets.prefixes


def test_what_is_forgotten_is_read_again(runner: Runner, two: list[Passage]) -> None:
    asked = two[0]
    read(runner, asked)
    runner.forget(asked.outline, asked.pictures)

    assert read(runner, asked).usage == [
        Usage(cached_images=2, prefill_tokens=len(asked.outline.ids))
    ]


def test_positions_are_those_of_transformers(
    runner: Runner, two: list[Passage], plain_model: Qwen3VLForConditionalGeneration
) -> None:
    prompt = two[0].outline
    expected, _ = plain_model.model.get_rope_index(
        torch.tensor([prompt.ids]),
        mm_token_type_ids=torch.tensor([prompt.token_types]),
        image_grid_thw=torch.tensor(prompt.grids),
    )
    found = runner._positions(tuple(prompt.token_types), tuple(prompt.grids))
    torch.testing.assert_close(found, expected[:, 0])
