"""What is asked of a structured reply, and the typed object it becomes."""

import json
from collections.abc import Mapping
from typing import Any

import pydantic
from langchain_core.messages import AIMessage
from langchain_core.utils.function_calling import convert_to_json_schema
from pydantic.v1 import BaseModel as BaseModelV1

from foveal.schemas.errors import BadReply

Schema = dict[str, Any] | type[Any]


def json_schema(schema: Schema) -> dict[str, Any]:
    """Of a pydantic class with all its bounds; a TypedDict or a tool as LangChain converts it."""
    if isinstance(schema, type) and issubclass(schema, pydantic.BaseModel):
        return schema.model_json_schema()
    if isinstance(schema, type) and issubclass(schema, BaseModelV1):
        return dict(schema.schema())
    if isinstance(schema, dict) and not {"function", "parameters"} & schema.keys():
        return dict(schema)
    return convert_to_json_schema(schema)


def for_tracing(schema: Schema) -> dict[str, Any]:
    """As LangChain shows it to callbacks; it asks for a title."""
    if isinstance(schema, dict) and not {"title", "name", "function"} & schema.keys():
        return dict(schema)
    return convert_to_json_schema(schema)


def shown(schema: Mapping[str, Any]) -> str:
    return "Answer with JSON that this JSON Schema accepts:\n" + json.dumps(
        schema, ensure_ascii=False
    )


def parsed(message: AIMessage, schema: Schema) -> Any:
    """An instance of a pydantic class, otherwise what the JSON says."""
    finish = message.response_metadata["finish_reason"]
    if finish != "stop":
        raise BadReply(
            f"the structured reply was cut ({finish}) at {str(message.text)[-40:]!r}",
            fix="allow it more max_tokens or timeout, or bound the schema",
        )
    value = json.loads(message.text)
    if isinstance(schema, type) and issubclass(schema, pydantic.BaseModel):
        return schema.model_validate(value)
    if isinstance(schema, type) and issubclass(schema, BaseModelV1):
        return schema.parse_obj(value)
    return value
