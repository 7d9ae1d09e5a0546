"""Constrained decoding: which tokens may follow under a JSON Schema (llguidance)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

import jsonschema_rs
import numpy as np
from llguidance import LLMatcher
from llguidance.hf import from_tokenizer
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerFast

from foveal.schemas.errors import BadWorkflow

LONGEST_SCHEMA = 64_000
"""In characters; 2,000 optional properties, which take 0.7 s to compile, and twice that 3 s."""


@dataclass(frozen=True, eq=False)
class Compiled:
    matcher: LLMatcher
    validator: jsonschema_rs.Validator


class SchemaMasks:
    """Compiles each schema once; the tokenizer's table, the costly part, is shared."""

    def __init__(
        self, tokenizer: PreTrainedTokenizerFast, *, vocabulary: int, stops: Sequence[int]
    ) -> None:
        """`vocabulary` is the width of the logits, which may exceed the tokenizer's."""
        self._tokenizer = from_tokenizer(tokenizer, n_vocab=vocabulary, eos_token=list(stops))
        self._compile = lru_cache(maxsize=64)(self._compile_text)

    def start(self, schema: Mapping[str, Any]) -> "SchemaMask":
        return SchemaMask(self._compile(json.dumps(schema)))

    def _compile_text(self, schema: str) -> Compiled:
        if len(schema) > LONGEST_SCHEMA:
            raise _cannot_enforce(f"{len(schema):,} characters, at most {LONGEST_SCHEMA:,}")
        grammar = LLMatcher.grammar_from_json_schema(
            schema,
            overrides={
                "whitespace_flexible": False,  # shorter, and no model loops in blanks for ever
                "coerce_one_of": True,  # masks as anyOf; the validator has the last word
            },
        )
        matcher = LLMatcher(self._tokenizer, grammar, log_level=0)
        if matcher.is_error():
            raise _cannot_enforce(matcher.get_error())
        try:
            return Compiled(matcher, jsonschema_rs.validator_for(schema, offline=True))
        except jsonschema_rs.ValidationError as error:
            raise _cannot_enforce(error.message) from error


class SchemaMask:
    """One text being written."""

    def __init__(self, compiled: Compiled) -> None:
        self._matcher = compiled.matcher.deep_copy()
        self._validator = compiled.validator

    @property
    def complete(self) -> bool:
        """Nothing but the end may follow."""
        return self._matcher.is_stopped()

    def allowed(self) -> NDArray[np.bool_]:
        """A flag for each token of the vocabulary."""
        bits = np.frombuffer(self._matcher.compute_bitmask(), dtype=np.uint8)
        return np.unpackbits(bits, bitorder="little").astype(bool)

    def accept(self, token: int) -> None:
        if not self._matcher.consume_token(token):
            raise _cannot_enforce(self._matcher.get_error())

    def check(self, text: str) -> None:
        """The mask is looser in one place: it lets two alternatives of a `oneOf` hold at once."""
        if not self._validator.is_valid(json.loads(text, parse_float=Decimal)):
            raise BadWorkflow(
                f"the model wrote {text!r}, which fits two alternatives of its JSON Schema's oneOf",
                fix="tell the alternatives apart by a const property, or use anyOf",
            )


def _cannot_enforce(reason: str) -> BadWorkflow:
    return BadWorkflow(
        f"this JSON Schema cannot be enforced while the model writes ({reason})",
        fix="use other keywords, or fewer",
    )
