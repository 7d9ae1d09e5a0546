"""Switches OpenTelemetry's SDK on where its own environment variables ask for it.

Programs that use foveal as a library set up their SDK themselves.
"""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from foveal.schemas.errors import BadSetting

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def switch_on_telemetry(environment: Mapping[str, str]) -> None:
    """Raises BadSetting. What is not read here, such as headers or a sampler, the SDK reads."""
    asked = any(environment.get(name) for name in _ENDPOINTS)
    names = environment.get("OTEL_TRACES_EXPORTER") or ("otlp" if asked else "none")
    if names == "none":
        return
    try:
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise _missing(error) from error
    from opentelemetry.trace import set_tracer_provider

    service = Resource.create({"service.name": "foveal"}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=service)
    for name in names.split(","):
        provider.add_span_processor(BatchSpanProcessor(_exporter(name.strip())))
    set_tracer_provider(provider)


def _exporter(name: str) -> "SpanExporter":
    """Spans for the console go to stderr: stdout is the command's own."""
    if name == "console":
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter

        return ConsoleSpanExporter(out=sys.stderr)
    if name != "otlp":
        raise BadSetting(f"OTEL_TRACES_EXPORTER names {name!r}", fix="use otlp, console or none")
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError as error:
        raise _missing(error) from error
    return OTLPSpanExporter()


def _missing(error: ImportError) -> BadSetting:
    return BadSetting(
        f"the environment asks for OpenTelemetry, but {error.name} is not installed",
        fix="pip install 'foveal[telemetry]', or unset OTEL_*",
    )
