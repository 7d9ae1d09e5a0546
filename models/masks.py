"""Constrained decoding: which tokens may follow, and which must, under a grammar (llguidance)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from llguidance import LLMatcher, LLParserLimits
from llguidance.hf import from_tokenizer
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerFast

from foveal.models.grammars import candidates
from foveal.models.protocol import Grammar, JsonSchema, Regex, ToolCalls
from foveal.models.repair import Gap, Rule, first_gap
from foveal.models.schema_check import cannot_enforce, check_size, checked_validator
from foveal.models.tool_calls import CLOSE, OPEN, written_calls
from foveal.schemas.errors import BadWorkflow

LIMITS = LLParserLimits(max_grammar_size=10_000, verbose_errors=False)
"""In symbols of the grammar; 1,000 optional properties are some 8,000."""

Flags = NDArray[np.bool_]
Ids = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Compiled:
    matcher: LLMatcher
    lenient: bool
    rules: Mapping[str, Rule]
    """By tool; under no name where the whole reply is one JSON."""


@dataclass(frozen=True)
class _Keyed:
    key: str
    grammar: Grammar = field(compare=False)


class Masks:
    """Compiles each grammar once; the tokenizer's table, the costly part, is shared."""

    def __init__(
        self, tokenizer: PreTrainedTokenizerFast, *, vocabulary: int, stops: Sequence[int]
    ) -> None:
        """`vocabulary` is the width of the logits, which may exceed the tokenizer's."""
        self._tokenizer = from_tokenizer(tokenizer, n_vocab=vocabulary, eos_token=list(stops))
        known = tokenizer.get_added_vocab()
        self._tags = {tag: tag if tag in known else f'"{tag}"' for tag in (OPEN, CLOSE)}
        self._compile = lru_cache(maxsize=64)(self._compile_grammar)

    def start(self, grammar: Grammar, *, avoid: Sequence[Ids] = ()) -> "Mask":
        """One text to be written; it parts from those in `avoid` as early as it can."""
        for schema in _schemas(grammar).values():
            check_size(schema)
        return Mask(self._compile(_Keyed(repr(grammar), grammar)), tuple(avoid))

    def _compile_grammar(self, keyed: _Keyed) -> Compiled:
        grammar = keyed.grammar
        rules = {
            tool: Rule(schema, checked_validator(schema))
            for tool, schema in _schemas(grammar).items()
        }
        refused = ""
        for candidate in candidates(grammar, tags=self._tags):
            matcher = LLMatcher(self._tokenizer, candidate.text, log_level=0, limits=LIMITS)
            refused = _refusal(matcher)
            if not refused:
                return Compiled(matcher, lenient=candidate.lenient, rules=rules)
        raise _refuses(grammar, refused)


class Mask:
    """One text being written."""

    def __init__(self, compiled: Compiled, avoid: tuple[Ids, ...]) -> None:
        self._matcher = compiled.matcher.deep_copy()
        self._rules = compiled.rules
        self._avoid = avoid
        self._written: list[int] = []
        self.lenient = compiled.lenient

    @property
    def complete(self) -> bool:
        """Nothing but the end may follow."""
        return self._matcher.is_stopped()

    def forced(self) -> list[int]:
        """Ids that must come next, as the tokenizer writes them; none where there is a choice."""
        ids = self._matcher.compute_ff_tokens()
        self._check()
        return ids

    def allowed(self) -> Flags:
        """A flag for each token of the vocabulary."""
        bits = np.frombuffer(self._matcher.compute_bitmask(), dtype=np.uint8)
        self._check()
        flags = np.unpackbits(bits, bitorder="little").view(np.bool_)
        for ids in self._avoid:
            _forbid_next(flags, ids, self._written)
        return flags

    def accept(self, token: int) -> None:
        self._matcher.consume_token(token)
        self._check()
        self._written.append(token)

    def first_gap(self, text: str) -> Gap | None:
        """The first value in the finished text that its JSON Schema refuses."""
        for start, rule in self._documents(text):
            if gap := first_gap(text, rule, start=start):
                return gap
        return None

    def _documents(self, text: str) -> list[tuple[int, Rule]]:
        """The JSON in the text: where it begins, and the rule it is under."""
        if _ANSWER in self._rules:
            return [(0, self._rules[_ANSWER])]
        calls = written_calls(text) if self._rules else ()
        return [(call.start, self._rules[call.name]) for call in calls]

    def _check(self) -> None:
        if self._matcher.is_error():
            raise cannot_enforce(self._matcher.get_error(), fix=_SMALLER, what="grammar")


_ANSWER = ""
"""No tool is named so."""
_SMALLER = "use simpler patterns, fewer alternatives or smaller bounds"
_FIXES = {
    "Unsatisfiable": "no value can satisfy it: remove the contradiction",
    "NoExtension": "no text can satisfy it: remove the contradiction",
    "too big": _SMALLER,
    "look-around": "write it without look-around",
    "backreferences": "write it without back-references",
}


def _schemas(grammar: Grammar) -> dict[str, Mapping[str, Any]]:
    if isinstance(grammar, JsonSchema):
        return {_ANSWER: grammar.schema}
    tools = grammar.tools if isinstance(grammar, ToolCalls) else ()
    return {tool.name: tool.arguments for tool in tools}


def _refusal(matcher: LLMatcher) -> str:
    """Why it cannot be used; some contradictions show only in the first mask."""
    trial = matcher.deep_copy()
    trial.compute_bitmask()
    return str(trial.get_error())


def _refuses(grammar: Grammar, reason: str) -> BadWorkflow:
    fix = next((fix for word, fix in _FIXES.items() if word in reason), "use other keywords")
    what = "regular expression" if isinstance(grammar, Regex) else "JSON Schema"
    return cannot_enforce(reason, fix=fix, what=what)


def _forbid_next(flags: Flags, ids: Ids, written: Sequence[int]) -> None:
    """Where `ids` has been followed so far and another token may come, it does."""
    step = len(written)
    if step < len(ids) and flags[ids[step]] and flags.sum() > 1 and ids[:step] == tuple(written):
        flags[ids[step]] = False
