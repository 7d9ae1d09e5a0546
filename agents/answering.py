"""Answers chosen or written, after a thought where the workflow gives an agent tokens for one."""

from collections.abc import Sequence
from typing import NamedTuple

from foveal.agents.context import Context
from foveal.models.protocol import (
    ChooseRequest,
    Conversation,
    Finish,
    JsonSchema,
    ToolCalls,
    WriteRequest,
)
from foveal.schemas.report import Usage
from foveal.schemas.workflow import Agent, Workflow


class Answered(NamedTuple):
    answers: dict[str, float]
    """The probability of each."""

    usage: Usage
    """Of the thought too."""

    thought: str | None = None
    thought_finish: Finish | None = None
    """`stop` where the model closed it by itself."""


def answered(
    conversations: Sequence[Conversation],
    answers: tuple[str, ...],
    context: Context,
    *,
    role: Agent,
) -> list[Answered]:
    """All asked together; a thought stands before the answers, cut or whole, never parsed."""
    budget = context.workflow.thinking.get(role)
    if budget is None:
        choices = context.model.choose([ChooseRequest(asked, answers) for asked in conversations])
        return [Answered(choice.probabilities, choice.usage) for choice in choices]
    thoughts = context.model.write([_thought(asked, budget) for asked in conversations])
    choices = context.model.choose(
        [
            ChooseRequest(asked, answers, thought.thinking)
            for asked, thought in zip(conversations, thoughts, strict=True)
        ]
    )
    return [
        Answered(
            choice.probabilities, thought.usage + choice.usage, thought.thinking, thought.finish
        )
        for thought, choice in zip(thoughts, choices, strict=True)
    ]


def to_write(
    conversation: Conversation,
    grammar: JsonSchema | ToolCalls,
    workflow: Workflow,
    *,
    role: Agent,
    most: int,
) -> WriteRequest:
    """At most so many tokens after the thought."""
    budget = workflow.thinking.get(role, 0)
    return WriteRequest(conversation, grammar, max_new_tokens=budget + most, thinking_tokens=budget)


def _thought(conversation: Conversation, budget: int) -> WriteRequest:
    """Ends with the line that follows the thought: the answer is chosen, not written."""
    return WriteRequest(
        conversation, max_new_tokens=budget, thinking_tokens=budget, stop_texts=("\n",)
    )
