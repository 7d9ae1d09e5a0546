"""One task tried once, as a rung of the ladder says."""

from dataclasses import dataclass
from time import perf_counter

from foveal.evals.layered_tasks.answers import Answer
from foveal.evals.layered_tasks.rungs import Switches
from foveal.evals.layered_tasks.scoring import Judged, scored
from foveal.evals.layered_tasks.searching import search_and_write
from foveal.evals.layered_tasks.single_pass import ask_once
from foveal.evals.layered_tasks.task import LayeredTask
from foveal.evals.layered_tasks.watched import Step, Watched
from foveal.models.protocol import VisionLanguageModel
from foveal.schemas.errors import FovealError
from foveal.schemas.report import Usage
from foveal.schemas.workflow import INPUTS, Workflow


@dataclass(frozen=True, eq=False)
class Attempt:
    judged: Judged
    text: str
    """The answer as written; empty where there is none."""

    usage: Usage
    started: float
    ended: float
    steps: list[Step]


def attempt(
    task: LayeredTask, switches: Switches, workflow: Workflow, model: VisionLanguageModel
) -> Attempt:
    """An error that a person must act on is an outcome; the ladder goes on."""
    watched = Watched(model, bound=switches.grammar or switches.search is None)
    started = perf_counter()
    try:
        answer = _answer(task, switches, workflow, watched)
        scale = workflow.scale
        judged = scored(answer, task, scale.px_per_mm if scale else None)
    except FovealError as error:
        answer, judged = Answer("", None), Judged("error", str(error))
    return Attempt(judged, answer.text, watched.usage, started, perf_counter(), watched.steps)


def _answer(
    task: LayeredTask, switches: Switches, workflow: Workflow, model: VisionLanguageModel
) -> Answer:
    images = task.pair.read()[-len(INPUTS[workflow.graph]) :]
    ask = ask_once if switches.search is None else search_and_write
    return ask(task.question, images, switches, workflow=asked_with(workflow, task), model=model)


def asked_with(workflow: Workflow, task: LayeredTask) -> Workflow:
    """In the task's language and with its constraint.

    The calibration stays, though it was fitted without the constraint's sentence: who asks one such
    thing of a whole line would fit it anew.
    """
    constraint = task.question.constraint
    further = [] if constraint is None else [constraint]
    spoken = workflow.in_language(task.question.language)
    return spoken.model_copy(update={"constraints": [*workflow.constraints, *further]})
