"""What a server does beyond writing text. It is tried, since many ignore what they do not know."""

import json
from collections.abc import Callable
from secrets import token_hex
from typing import Any

from pydantic import Field

from foveal.models.served.client import Client, Refused
from foveal.models.served.completion import Completion, Said
from foveal.models.subschemas import rewritten
from foveal.schemas.base import Strict

_MOST_LISTED = (20, 5)
"""What OpenAI allows, and what some servers are limited to."""
_MOST_TOKENS = 32


class Abilities(Strict):
    schemas: bool = Field(description="it holds an answer to a JSON Schema while it writes")
    listed: int = Field(ge=0, description="tokens listed with their probabilities; 0: none are")


def try_out(client: Client) -> Abilities:
    """Raises BadModel where not even a plain question is answered."""
    client.complete(_asking("Say hello."), most=_MOST_TOKENS)
    return Abilities(schemas=_keeps_to_schemas(client), listed=_listed(client))


def schema_format(schema: Any) -> dict[str, Any]:
    """Without `uniqueItems`, for which many servers refuse a schema; answers are checked for it."""
    known = rewritten(schema, _without_unique)
    described = {"name": "answer", "schema": known, "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": described}}


def _without_unique(node: dict[str, Any]) -> dict[str, Any]:
    return {keyword: value for keyword, value in node.items() if keyword != "uniqueItems"}


def held_to(
    schema: Any, abilities: Abilities, complete: Callable[[dict[str, Any]], Completion]
) -> tuple[Completion, bool]:
    """With whether the server held to the schema, if there is one to hold to.

    Asked once more without where it refuses: it may not know every keyword.
    """
    if schema is not None and abilities.schemas:
        try:
            return complete(schema_format(schema)), True
        except Refused:
            pass
    return complete({}), False


def listing(tokens: int) -> dict[str, Any]:
    return {"logprobs": True, "top_logprobs": tokens}


def _keeps_to_schemas(client: Client) -> bool:
    """With a word that stands in the schema alone."""
    wanted = {"word": token_hex(4)}
    schema = {
        "type": "object",
        "properties": {"word": {"type": "string", "enum": [wanted["word"]]}},
        "required": ["word"],
        "additionalProperties": False,
    }
    said = _said(client, "Say hello.", **schema_format(schema))
    try:
        return said is not None and json.loads(said.text) == wanted
    except ValueError:
        return False


def _listed(client: Client) -> int:
    for most in _MOST_LISTED:
        said = _said(client, "Say hello.", **listing(most))
        if said is not None:
            return len(said.tokens[0].top_logprobs) if said.tokens else 0
    return 0


def _said(client: Client, question: str, **how: Any) -> Said | None:
    """None where the server refuses to be asked so."""
    try:
        return client.complete(_asking(question), most=_MOST_TOKENS, **how).said()
    except Refused:
        return None


def _asking(question: str) -> list[dict[str, Any]]:
    return [{"role": "user", "content": question}]
