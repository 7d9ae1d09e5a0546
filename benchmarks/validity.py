"""What becomes of replies under many JSON Schemas: whole and valid, cut, or refused, and why."""

import json
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import product

import jsonschema_rs

from foveal.models.engine import Engine
from foveal.models.protocol import Conversation, JsonSchema, Reply, WriteRequest
from foveal.schemas.errors import FovealError
from public_schemas import Schema

IN_FLIGHT = 32


@dataclass
class Tally:
    """Of one collection of schemas."""

    refused: Counter[str] = field(default_factory=Counter)
    """Schemas that nothing is written under, by what to do about it."""
    written: list[tuple[Schema, list[Reply]]] = field(default_factory=list)
    beyond_repair: int = 0

    @property
    def replies(self) -> list[Reply]:
        return [reply for _, replies in self.written for reply in replies]

    @property
    def whole(self) -> int:
        return sum(reply.finish == "stop" for reply in self.replies)

    @property
    def valid(self) -> int:
        return sum(
            jsonschema_rs.validator_for(schema).is_valid(json.loads(reply.text))
            for schema, replies in self.written
            for reply in replies
            if reply.finish == "stop"
        )

    def plain_texts(self) -> list[tuple[Schema, list[str]]]:
        """One a schema, unless all were repaired, each part under a mask of its own."""
        return [
            (schema, [reply.text for reply in replies if not reply.repairs][:1])
            for schema, replies in self.written
        ]

    def figures(self) -> dict[str, object]:
        whole = [reply for reply in self.replies if reply.finish == "stop"]
        ends = Counter(reply.finish for reply in self.replies)
        return {
            "schemas": len(self.written) + self.refused.total(),
            "refused": dict(self.refused),
            "replies": len(self.replies) + self.beyond_repair,
            "whole": len(whole),
            "valid": self.valid,
            "lenient": sum(reply.lenient for reply in whole),
            "repaired": sum(bool(reply.repairs) for reply in whole),
            "cut": {end: count for end, count in ends.items() if end != "stop"},
            "beyond_repair": self.beyond_repair,
        }


def answer(
    engine: Engine, schemas: Sequence[Schema], asked: Sequence[Conversation], *, tokens: int
) -> Tally:
    """Many at once, since it is not time that counts here."""
    tally = Tally()
    for schema in schemas:
        try:
            engine.masks.start(JsonSchema(schema))
        except FovealError as error:
            tally.refused[error.fix] += 1
        else:
            tally.written.append((schema, []))

    def write(schema: Schema, conversation: Conversation) -> Reply | None:
        try:
            return engine.write([WriteRequest(conversation, JsonSchema(schema), tokens)])[0]
        except FovealError:
            return None

    pairs = list(product(tally.written, asked))
    with ThreadPoolExecutor(IN_FLIGHT) as threads:
        found = threads.map(lambda pair: write(pair[0][0], pair[1]), pairs)
    for ((_, replies), _), reply in zip(pairs, found, strict=True):
        if reply is None:
            tally.beyond_repair += 1
        else:
            replies.append(reply)
    return tally
