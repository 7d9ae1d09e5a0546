"""What agents that think send is what the model was shown in training."""

from collections.abc import Iterator
from typing import Literal

import numpy as np
import pytest
from numpy.random import default_rng

from foveal.agents.briefs import brief_for
from foveal.agents.instructions import Language
from foveal.models.adapter import Adapter
from foveal.models.load import load_model
from foveal.models.prompt import PromptBuilder
from foveal.training.chunk import KINDS
from foveal.training.thoughts import with_thought
from foveal.training.wordings import Wording, shipped
from foveal.workflow_file import load_workflow


@pytest.fixture(scope="module")
def builder() -> PromptBuilder:
    return load_model("tiny").prompts


def as_practised(wording: Wording) -> Iterator[Wording]:
    """The shipped request is practised now and then, others besides."""
    rng = default_rng(0)
    for _ in range(40):
        yield wording.thinking(rng)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("role", ["judge", "look"])
def test_what_an_agent_that_thinks_is_told_is_practised(
    role: Literal["judge", "look"], language: Language
) -> None:
    name = "board-compare" if role == "judge" else "board-inspect"
    workflow = load_workflow(name, language=language)
    asked = brief_for(role, workflow.model_copy(update={"thinking": {role: 40}}))

    practised = [wording.brief() for wording in as_practised(shipped(role, language))]

    assert asked in practised
    assert shipped(role, language).brief() not in practised


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", range(len(KINDS)), ids=KINDS)
def test_an_answer_after_its_thought_is_encoded_as_practised(
    kind: int, language: Language, builder: PromptBuilder
) -> None:
    wording, adapter = shipped("judge", language), Adapter(builder.patcher)
    truths = np.array([[kind, 0.4, 0.4, 0.5, 0.6]], np.float32)
    for seed in range(8):
        answer = with_thought(default_rng(seed), wording, truths, kind, compared=True)
        thought, label = answer.removeprefix("<think>\n").split("\n</think>\n\n")

        sent = [*builder.encode(adapter.after(thought)), *builder.encode(label)]

        assert sent == builder.encode(answer)
