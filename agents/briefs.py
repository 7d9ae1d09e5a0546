"""The instructions of a role as one workflow gives them."""

from typing import Literal

from foveal.agents.instructions import (
    Brief,
    Instructions,
    load_instructions,
    other_claims,
    request_for_thought,
)
from foveal.schemas.text import said_in
from foveal.schemas.workflow import Agent, Layers, Workflow


def brief_for(role: Agent, workflow: Workflow, **more: object) -> Brief:
    """Filled in; `more` is what this role's layers name besides."""
    return instructions_for(role, workflow).brief(layer_values(workflow) | more)


def claim_brief_for(
    role: Literal["confirm", "verify"], workflow: Workflow, *, label: str, wording: int = 0
) -> Brief:
    """Whether the label fits, under the name that the model knows it by.

    `wording` counts the ways to put it, round and round; a workflow that words it has but one.
    """
    (claimed,) = (known for known in workflow.labels if known.name == label)
    instructions, language = instructions_for(role, workflow), workflow.language
    if workflow.instructions.get(role, Layers()).format is None:
        formats = instructions.format, *other_claims(role, language)
        instructions = instructions.replaced({"format": formats[wording % len(formats)]})
    return instructions.brief(layer_values(workflow) | {"claim": claimed.said_in(language).name})


def instructions_for(role: Agent, workflow: Workflow) -> Instructions:
    """The shipped layers, or what the workflow puts in their place; to think too, where it may."""
    language = workflow.language
    layers = workflow.instructions.get(role, Layers()).model_dump(exclude_none=True)
    instructions = load_instructions(role, language).replaced(
        {name: said_in(layer, language) for name, layer in layers.items()}
    )
    if role not in workflow.thinking:
        return instructions
    return instructions.asking_for_thought(request_for_thought(language))


def layer_values(workflow: Workflow) -> dict[str, object]:
    """What a layer may name, in the language that the model is asked in."""
    language = workflow.language
    return {
        "subject": said_in(workflow.subject, language),
        "labels": [label.said_in(language) for label in workflow.labels],
        "sentences": [said_in(known.sentence, language) for known in workflow.constraints],
    }
