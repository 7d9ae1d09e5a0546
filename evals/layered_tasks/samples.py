"""A task as inspect-ai's log and viewer show it: the part, what is asked of it, and the truth."""

import json

from inspect_ai.dataset import Sample
from inspect_ai.model import ChatMessageUser, ContentText

from foveal.agents.survey import whole
from foveal.evals.layered_tasks.messages import picture
from foveal.evals.layered_tasks.notation import as_reported
from foveal.evals.layered_tasks.task import LayeredTask
from foveal.evals.layered_tasks.wordings import instruction
from foveal.schemas.text import quoted
from foveal.schemas.workflow import INPUTS, Workflow


def sample(task: LayeredTask, workflow: Workflow) -> Sample:
    """With all images of the part, small."""
    question = task.question
    rules = workflow.in_language(question.language)
    said = [instruction(question, as_reported(task.size_px, rules))]
    if question.constraint is not None:
        said.append(quoted(question.constraint.sentence))
    images = task.pair.read()[-len(INPUTS[workflow.graph]) :]
    shown = [picture(whole(image).pixels) for image in images]
    return Sample(
        input=[ChatMessageUser(content=[ContentText(text="\n".join(said)), *shown])],
        target=json.dumps(task.truth, ensure_ascii=False),
        id=task.name,
        metadata={"kind": question.kind, "language": question.language},
    )
