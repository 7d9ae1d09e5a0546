"""Run the graph that a workflow names, on one pair of images or on many."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import Literal

from foveal.agents.comparison import Comparison
from foveal.agents.context import Context, Gallery, NoRecord, Recorder
from foveal.graphs.compare import Graph, compare
from foveal.graphs.survey import survey
from foveal.models.protocol import VisionLanguageModel
from foveal.schemas.errors import FovealError
from foveal.schemas.report import Report, Usage
from foveal.schemas.workflow import Workflow
from foveal.tools.image import Image

Name = Literal["compare", "survey"]

GRAPHS: dict[Name, Callable[[], Graph]] = {"compare": compare, "survey": survey}


def run_pair(
    workflow: Workflow,
    model: VisionLanguageModel,
    template: Image,
    tested: Image,
    *,
    recorder: Recorder | None = None,
) -> Report:
    """The report on one tested part against its template."""
    context = Context(model, workflow, Gallery(template, tested), recorder or NoRecord())
    for image in (template, tested):
        context.recorder.image(image.id, image.pixels)
        context.recorder.append("intake", image=image.id, source=image.source)
    start: Comparison = {"template": template.id, "tested": tested.id, "usage": Usage()}
    ended = _compiled(workflow.graph).invoke(start, context=context)
    report: Report = ended["report"]
    return report


def run_pairs(
    workflow: Workflow,
    model: VisionLanguageModel,
    pairs: Iterable[tuple[Image, Image]],
    *,
    in_flight: int = 16,
) -> Iterator[Report | FovealError]:
    """A report a pair, in order; an error takes the place of a report and the rest goes on.

    With several pairs in flight one is aligned while the model judges others, and the model joins
    what they ask.
    """

    def report(pair: tuple[Image, Image]) -> Report | FovealError:
        try:
            return run_pair(workflow, model, *pair)
        except FovealError as error:
            return error

    running: deque[Future[Report | FovealError]] = deque()
    with ThreadPoolExecutor(in_flight) as threads:
        for pair in pairs:
            running.append(threads.submit(report, pair))
            if len(running) == in_flight:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()


@cache
def _compiled(name: Name) -> Graph:
    """Compiling takes as long as aligning, and what comes out keeps no state."""
    return GRAPHS[name]()
