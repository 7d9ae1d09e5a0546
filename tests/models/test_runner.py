from collections.abc import Callable

import numpy as np
import pytest
import torch
from transformers import Qwen3VLForConditionalGeneration

from foveal.models.engine import Engine
from foveal.models.prompt import Outline, Prompt, PromptBuilder
from foveal.models.protocol import Conversation
from foveal.models.runner import Runner

Ask = Callable[..., Conversation]


@pytest.fixture(scope="module")
def runner(engine: Engine) -> Runner:
    return engine._runner


@pytest.fixture
def two_prompts(prompts: PromptBuilder, ask: Ask) -> list[Prompt]:
    long = ask("What changed between A and B?", (64, 96), (96, 32))
    return [prompts.build(long), prompts.build(ask("Look.", (32, 32), seed=1))]


def read(runner: Runner, prompt: Prompt, tokens: list[int]) -> torch.Tensor:
    """The state after the prompt and the tokens, read in one go."""
    whole: Outline = prompt.followed_by(tokens)
    with runner.inference():
        return runner.read([whole], patches=prompt.patches).last[0]


def test_going_on_equals_reading_again(runner: Runner, two_prompts: list[Prompt]) -> None:
    prompt = two_prompts[0]
    with runner.inference():
        memory = runner.read([prompt], patches=prompt.patches).memory
        runner.go_on(memory, [[40]])
        runner.go_on(memory, [[41]])
        last = runner.go_on(memory, [[42]]).last[0]
    torch.testing.assert_close(last, read(runner, prompt, [40, 41, 42]), rtol=1e-4, atol=1e-4)


def test_a_conversation_in_between_disturbs_nothing(
    runner: Runner, two_prompts: list[Prompt]
) -> None:
    first, second = two_prompts
    with runner.inference():
        memory = runner.read([first], patches=first.patches).memory
        other = runner.read([second], patches=second.patches).memory
        runner.go_on(other, [[7]])
        last = runner.go_on(memory, [[40]]).last[0]
        other_last = runner.go_on(other, [[8]]).last[0]
    torch.testing.assert_close(last, read(runner, first, [40]), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(other_last, read(runner, second, [7, 8]), rtol=1e-4, atol=1e-4)


def test_nothing_is_left_on_the_model(runner: Runner, two_prompts: list[Prompt]) -> None:
    read(runner, two_prompts[0], [])
    assert runner.model.model.rope_deltas is None


def test_rows_of_different_lengths_go_on_together(
    runner: Runner, two_prompts: list[Prompt]
) -> None:
    first, second = two_prompts
    with runner.inference():
        patches = np.concatenate([first.patches, second.patches])
        memory = runner.read(two_prompts, patches=patches).memory
        memory.select([1, 0, 1])
        runner.go_on(memory, [[5], [6, 7, 8], [9, 10]])
        last = runner.go_on(memory, [[3], [3], [3]]).last
    expected = [
        read(runner, second, [5, 3]),
        read(runner, first, [6, 7, 8, 3]),
        read(runner, second, [9, 10, 3]),
    ]
    torch.testing.assert_close(last, torch.stack(expected), rtol=1e-4, atol=1e-4)


def test_positions_are_those_of_transformers(
    runner: Runner, two_prompts: list[Prompt], plain_model: Qwen3VLForConditionalGeneration
) -> None:
    prompt = two_prompts[0]
    expected, _ = plain_model.model.get_rope_index(
        torch.tensor([prompt.ids]),
        mm_token_type_ids=torch.tensor([prompt.token_types]),
        image_grid_thw=torch.tensor(prompt.grids),
    )
    found = runner._positions(tuple(prompt.token_types), tuple(prompt.grids))
    torch.testing.assert_close(found, expected[:, 0])
