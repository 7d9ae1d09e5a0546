"""A model call as OpenTelemetry's conventions describe it, besides what it said."""

from contextlib import AbstractContextManager

from opentelemetry.trace import Span
from opentelemetry.util.types import AttributeValue

from foveal.models.protocol import VisionLanguageModel
from foveal.schemas.report import Usage
from foveal.schemas.spans import operation


def chat_span(
    model: VisionLanguageModel, call: str, *, questions: int
) -> AbstractContextManager[Span]:
    attributes: dict[str, AttributeValue] = {
        "gen_ai.response.model": model.revision,
        "foveal.call": call,
        "foveal.questions": questions,
    }
    return operation("chat", model.name, attributes)


def tell_usage(span: Span, usage: Usage) -> None:
    """Input tokens count the recalled ones too, as the conventions ask."""
    span.set_attributes(
        {
            "gen_ai.usage.input_tokens": usage.prefill_tokens + usage.cached_tokens,
            "gen_ai.usage.cache_read.input_tokens": usage.cached_tokens,
            "gen_ai.usage.output_tokens": usage.new_tokens,
            "foveal.usage.image_encodes": usage.image_encodes,
            "foveal.usage.forward_passes": usage.forward_passes,
        }
    )
