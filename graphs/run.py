"""Run the graph that a workflow names, on one part or on many."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from logging import getLogger

from foveal.agents.context import Context, Gallery, NoRecord, Recorder
from foveal.agents.inspection import Inspection
from foveal.graphs.compare import Graph, compare
from foveal.graphs.durable import Durable, go_on, settle
from foveal.graphs.explore import explore
from foveal.graphs.inspect import inspect
from foveal.graphs.node_spans import NodeSpans
from foveal.graphs.run_span import run_span
from foveal.graphs.survey import survey
from foveal.models.protocol import VisionLanguageModel
from foveal.schemas.decision import Decision
from foveal.schemas.errors import FovealError
from foveal.schemas.report import Report, Usage
from foveal.schemas.workflow import GraphName, Workflow
from foveal.tools.image import Image

_log = getLogger(__name__)

GRAPHS: dict[GraphName, Callable[[], Graph]] = {
    "compare": compare,
    "inspect": inspect,
    "survey": survey,
}


def run_one(
    workflow: Workflow,
    model: VisionLanguageModel,
    *images: Image,
    recorder: Recorder | None = None,
    date: str | None = None,
    durable: Durable | None = None,
) -> Report:
    """The report on one part; its images in the order of the workflow's inputs, itself the last.

    `date` is what a document states as that of the inspection. A `durable` run that stood somewhere
    goes on from there.
    """
    context = Context(model, workflow, Gallery(*images), recorder or NoRecord(), date)
    with run_span(workflow, images, run=durable.run if durable else None) as span:
        report = _report(context, images, durable)
        span.set_attribute("foveal.verdict", report.verdict)
        span.set_attribute("foveal.findings", len(report.findings))
        _log.info("%s: %s", workflow.name, report.verdict)
        return report


def _report(context: Context, images: Sequence[Image], durable: Durable | None) -> Report:
    model = context.model
    for image in images:
        context.recorder.image(image.id, image.pixels)
        context.recorder.append("intake", image=image.id, source=image.source)
    context.recorder.append("model", name=model.name, revision=model.revision)
    *template, tested = images
    start: Inspection = {"tested": tested.id, "usage": Usage()}
    if template:
        start["template"] = template[0].id
    graph = _compiled(_graph_for(context.workflow))
    if durable is not None:
        return go_on(graph, start, context, durable)["report"]
    report: Report = graph.invoke(start, context=context)["report"]
    return report


def settle_one(
    workflow: Workflow,
    model: VisionLanguageModel,
    *images: Image,
    recorder: Recorder,
    durable: Durable,
    decision: Decision,
) -> Report:
    """The report of a run that waits for a person, as decided. The model is asked nothing."""
    context = Context(model, workflow, Gallery(*images), recorder)
    graph = _compiled(_graph_for(workflow))
    return settle(graph, decision, context, durable)["report"]


def run_many(
    workflow: Workflow,
    model: VisionLanguageModel,
    parts: Iterable[Sequence[Image]],
    *,
    in_flight: int = 16,
) -> Iterator[Report | FovealError]:
    """A report a part, in order; an error takes the place of a report and the rest goes on.

    With several parts in flight one is aligned while the model judges others, and the model joins
    what they ask.
    """

    def report(images: Sequence[Image]) -> Report | FovealError:
        try:
            return run_one(workflow, model, *images)
        except FovealError as error:
            return error

    running: deque[Future[Report | FovealError]] = deque()
    with ThreadPoolExecutor(in_flight) as threads:
        for images in parts:
            running.append(threads.submit(copy_context().run, report, images))
            if len(running) == in_flight:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()


def _graph_for(workflow: Workflow) -> Callable[[], Graph]:
    by_model = workflow.graph == "inspect" and workflow.plan.by == "model"
    return explore if by_model else GRAPHS[workflow.graph]


@cache
def _compiled(build: Callable[[], Graph]) -> Graph:
    """Compiling takes as long as aligning, and what comes out keeps no state."""
    return build().with_config(callbacks=[NodeSpans()])
