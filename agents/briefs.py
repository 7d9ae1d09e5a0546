"""The instructions of a role as one workflow gives them."""

from foveal.agents.instructions import Brief, Instructions, load_instructions
from foveal.schemas.text import said_in
from foveal.schemas.workflow import Agent, Layers, Workflow


def brief_for(role: Agent, workflow: Workflow) -> Brief:
    """Filled in."""
    return instructions_for(role, workflow).brief(layer_values(workflow))


def instructions_for(role: Agent, workflow: Workflow) -> Instructions:
    """The shipped layers, or what the workflow puts in their place."""
    language = workflow.language
    layers = workflow.instructions.get(role, Layers()).model_dump(exclude_none=True)
    return load_instructions(role, language).replaced(
        {name: said_in(layer, language) for name, layer in layers.items()}
    )


def layer_values(workflow: Workflow) -> dict[str, object]:
    """What a layer may name, in the language that the model is asked in."""
    language = workflow.language
    return {
        "subject": said_in(workflow.subject, language),
        "labels": [label.said_in(language) for label in workflow.labels],
        "sentences": [said_in(known.sentence, language) for known in workflow.constraints],
    }
