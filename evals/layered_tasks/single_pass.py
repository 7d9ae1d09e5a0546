"""One question about the whole part, shown small: what systems without tools do."""

from collections.abc import Sequence

from foveal.agents.briefs import instructions_for, layer_values
from foveal.agents.exhibit import Exhibit
from foveal.agents.properties import property_lines
from foveal.agents.survey import whole
from foveal.evals.layered_tasks.answers import Answer, answer_schema, find_json, read_answer
from foveal.evals.layered_tasks.notation import as_shown
from foveal.evals.layered_tasks.rungs import THOUGHT_TOKENS, Switches
from foveal.evals.layered_tasks.task import Question
from foveal.evals.layered_tasks.wordings import FORMAT, instruction
from foveal.models.protocol import (
    Conversation,
    JsonSchema,
    Message,
    VisionLanguageModel,
    WriteRequest,
)
from foveal.schemas.workflow import Workflow
from foveal.tools.image import Image

_ANSWER_TOKENS = 500


def ask_once(
    question: Question,
    images: Sequence[Image],
    switches: Switches,
    *,
    workflow: Workflow,
    model: VisionLanguageModel,
) -> Answer:
    """`images` as the workflow takes them; it holds the question's constraint."""
    *template, tested = map(whole, images)
    notation = as_shown(tested.view, model.coordinates, workflow)
    schema = answer_schema(question, notation)
    instructions = instructions_for("survey" if template else "find", workflow)
    asked = {
        "instruction": instruction(question, notation),
        "properties": property_lines(schema),
    }
    brief = instructions.replaced({"format": FORMAT[workflow.language]}).brief(
        layer_values(workflow) | asked
    )
    layered = Exhibit(tested, *template).conversation(brief)
    request = WriteRequest(
        layered if switches.layers else _flat(layered),
        JsonSchema(schema) if switches.grammar else None,
        max_new_tokens=_ANSWER_TOKENS + (THOUGHT_TOKENS if switches.thinking else 0),
        thinking_tokens=THOUGHT_TOKENS if switches.thinking else 0,
    )
    (reply,) = model.write([request])
    return Answer(reply.text, read_answer(find_json(reply.text), schema, notation))


def _flat(layered: Conversation) -> Conversation:
    """All of it in one user message."""
    system, user = layered
    return (Message("user", (*system.parts, "\n", *user.parts)),)
