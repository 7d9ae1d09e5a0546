"""What a run tells OpenTelemetry, in its conventions for generative AI: names, hashes and counts.

Nothing is recorded unless the program that runs foveal has set up an SDK. Neither pixels nor what a
model was told or said are told; of an error only its type, since its message may quote them.
https://github.com/open-telemetry/semantic-conventions-genai, release 0.1.0
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from opentelemetry import trace
from opentelemetry.trace import Span, StatusCode
from opentelemetry.util.types import Attributes, AttributeValue

Operation = Literal["invoke_workflow", "invoke_agent", "execute_tool", "chat"]

_NAMED: dict[Operation, str] = {
    "invoke_workflow": "gen_ai.agent.name",
    "invoke_agent": "gen_ai.agent.name",
    "execute_tool": "gen_ai.tool.name",
    "chat": "gen_ai.request.model",
}
_TRACER = trace.get_tracer("foveal")


@contextmanager
def operation(kind: Operation, name: str, attributes: Attributes = None) -> Iterator[Span]:
    """Also a decorator, as of a tool."""
    told: dict[str, AttributeValue] = {
        "gen_ai.operation.name": kind,
        "gen_ai.provider.name": "foveal",
        _NAMED[kind]: name,
    }
    with span(f"{kind} {name}", told | dict(attributes or {})) as current:
        yield current


@contextmanager
def span(name: str, attributes: Attributes) -> Iterator[Span]:
    """Of what the conventions have no word for."""
    with _TRACER.start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield current
        except BaseException as error:
            mark_failed(current, error)
            raise


def mark_failed(current: Span, error: BaseException) -> None:
    current.set_status(StatusCode.ERROR)
    current.set_attribute("error.type", type(error).__qualname__)
