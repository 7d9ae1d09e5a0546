"""What every test runs under: no network, one thread, no time limit on a property, Ctrl-C heeded.

And a calibration and the spans of a run, which tests of most folders need.
"""

import os
import signal
from collections.abc import Callable

import pytest
from hypothesis import settings
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from foveal.schemas.calibration import Calibration, Limit, Rates, Reliability

os.environ["HF_HUB_OFFLINE"] = "1"  # noqa: TID251 - read when huggingface_hub is imported
os.environ["OMP_NUM_THREADS"] = "1"  # noqa: TID251 - read when torch is imported

# What a shell starts in the background ignores Ctrl-C, and so would all that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("foveal", deadline=None)  # a busy machine must not fail a property
settings.load_profile("foveal")


@pytest.fixture
def make_calibration() -> Callable[..., Calibration]:
    """For the scripted model, with what is given in the place of a plain one's."""

    def make(*, low: float = 0.2, high: float = 0.9, **changed: object) -> Calibration:
        plain = {
            "temperature": 1.0,
            "shift": 0.0,
            "regions": 900,
            "pass_below": Limit(score=low, rate=0.05, wrong=3, parts=100),
            "fail_from": Limit(score=high, rate=0.05, wrong=4, parts=100),
            "fitted_on": "2,000 drawn boards",
            "model": "scripted",
            "revision": "0" * 64,
            "rules": {},
            "reliability": [
                Reliability(confidence=0.02, wrong=0.03, regions=800),
                Reliability(confidence=0.97, wrong=0.95, regions=100),
            ],
            "rates": [
                Rates(score=0, escape=0, overkill=0.8),
                Rates(score=1, escape=1, overkill=0),
            ],
        }
        return Calibration.model_validate(plain | changed)

    return make


@pytest.fixture(scope="session")
def exporter() -> InMemorySpanExporter:
    """A process has one provider, which cannot be taken away again."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


@pytest.fixture
def spans(exporter: InMemorySpanExporter) -> Callable[[], list[ReadableSpan]]:
    """Those of the test that have ended, in the order in which they began."""
    exporter.clear()
    return lambda: sorted(exporter.get_finished_spans(), key=lambda span: span.start_time or 0)
