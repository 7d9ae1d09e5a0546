"""Answers chosen or written, after a thought where the workflow gives an agent tokens for one."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from foveal.agents.context import Context
from foveal.agents.exhibit import Exhibit, record_brief
from foveal.agents.inspection import Look
from foveal.agents.instructions import YES_NO, Brief, Language
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


class Asked(NamedTuple):
    """One closed question."""

    exhibit: Exhibit
    brief: Brief
    about: Mapping[str, object] = {}
    """What the ledger keeps with the answer besides."""


class _Answered(NamedTuple):
    answers: dict[str, float]
    """The probability of each."""

    usage: Usage
    """Of the thought too."""

    thought: str | None = None
    thought_finish: Finish | None = None
    """`stop` where the model closed it by itself."""

    guided: bool = False
    """Whether the model gave the answer alone, without how sure it is."""

    def told(self) -> dict[str, Any]:
        """As the ledger keeps it; what a model in this process never is is left out."""
        known = self._asdict()
        return known if self.guided else {name: known[name] for name in known if name != "guided"}


def ask(
    questions: Sequence[Asked],
    answers: Mapping[str, str],
    context: Context,
    *,
    role: Agent,
    kept: bool = True,
) -> tuple[list[Look], Usage]:
    """All asked together; `answers` are those offered, each with what it stands for.

    A thought stands before the answers, cut or whole, and is never parsed. `kept` says whether
    pixels and answers are recorded.
    """
    for brief in dict.fromkeys(one.brief for one in questions):
        record_brief(brief, context)
    conversations = [one.exhibit.conversation(one.brief) for one in questions]
    replies = _answered(conversations, tuple(answers), context, role=role)
    looks = []
    for (exhibit, brief, about), reply in zip(questions, replies, strict=True):
        said = {"prompt": brief.sha256, **reply.told(), **about}
        look = Look(
            pictures=exhibit.keep(context, "choose", **said) if kept else exhibit.shown(),
            prompt=brief.sha256,
            answers={answers[answer]: value for answer, value in reply.answers.items()},
            thought=reply.thought,
            guided=reply.guided,
        )
        looks.append(look)
    return looks, sum((reply.usage for reply in replies), Usage())


def yes_or_no(language: Language) -> dict[str, str]:
    """The answers that a claim is offered."""
    return dict(zip(YES_NO[language], ("yes", "no"), strict=True))


def _answered(
    conversations: Sequence[Conversation],
    answers: tuple[str, ...],
    context: Context,
    *,
    role: Agent,
) -> list[_Answered]:
    if not conversations:
        return []
    budget = context.workflow.thinking.get(role)
    if budget is None:
        choices = context.model.choose([ChooseRequest(asked, answers) for asked in conversations])
        return [
            _Answered(choice.probabilities, choice.usage, guided=choice.guided)
            for choice in choices
        ]
    thoughts = context.model.write([_thought(asked, budget) for asked in conversations])
    choices = context.model.choose(
        [
            ChooseRequest(asked, answers, thought.thinking)
            for asked, thought in zip(conversations, thoughts, strict=True)
        ]
    )
    return [
        _Answered(
            choice.probabilities,
            thought.usage + choice.usage,
            thought.thinking,
            thought.finish,
            choice.guided,
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
