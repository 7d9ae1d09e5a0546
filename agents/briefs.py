"""The instructions of a role as one workflow gives them."""

from typing import Literal

from foveal.agents.instructions import Brief, load_instructions
from foveal.schemas.text import said_in
from foveal.schemas.workflow import Workflow


def brief_for(role: Literal["judge", "survey"], workflow: Workflow) -> Brief:
    """The shipped layers, or what the workflow puts in their place, filled in."""
    instructions = load_instructions(role, workflow.language)
    if role in workflow.instructions:
        layers = workflow.instructions[role].model_dump(exclude_none=True)
        instructions = instructions.replaced(
            {name: said_in(layer, workflow.language) for name, layer in layers.items()}
        )
    return instructions.brief(layer_values(workflow))


def layer_values(workflow: Workflow) -> dict[str, object]:
    """What a layer may name, in the language that the model is asked in."""
    language = workflow.language
    return {
        "subject": said_in(workflow.subject, language),
        "labels": [label.said_in(language) for label in workflow.labels],
        "sentences": [said_in(known.sentence, language) for known in workflow.constraints],
    }
