from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from opentelemetry.trace import Span
from opentelemetry.util.types import AttributeValue

from foveal.schemas.log_fields import log_fields
from foveal.schemas.spans import operation
from foveal.schemas.workflow import Workflow
from foveal.tools.image import Image


@contextmanager
def run_span(workflow: Workflow, images: Sequence[Image], *, run: str | None) -> Iterator[Span]:
    """Around a whole run; `run` names it where it is kept on disk, also in the lines of the log."""
    attributes: dict[str, AttributeValue] = {
        "foveal.workflow.sha256": workflow.sha256,
        "foveal.images": [image.id for image in images],
    }
    fields = {}
    if run is not None:
        attributes["gen_ai.conversation.id"] = fields["run"] = run
    with log_fields(**fields), operation("invoke_workflow", workflow.name, attributes) as span:
        yield span
