"""Writing under a JSON Schema: how many forward passes, how long masks take, what validates.

    python benchmarks/decode.py --model tiny|2b-shape [--schemas DIR] [--json]

The schemas are those that foveal ships, or all `*.json` in DIR. The baseline is the same model
writing freely as many tokens through transformers' generate, one forward pass each.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import jsonschema_rs
import numpy as np

from contenders import Name, PlainLoop, engine_of, load, question, show
from foveal.models.engine import Checkpoint, Engine
from foveal.models.masks import Masks
from foveal.models.protocol import JsonSchema, Reply, WriteRequest
from foveal.schemas.errors import FovealError
from foveal.schemas.export import EXPORTS

SIDES: dict[Name, int] = {"tiny": 128, "2b-shape": 256}
SHOWN = 5
"""Pictures that each schema is answered about."""

MOST_TOKENS = 400


@dataclass
class Tally:
    refused: int = 0
    """Schemas that no reply was begun for."""
    replies: list[Reply] = field(default_factory=list)
    valid: int = 0
    passes: int = 0
    compile_ms: list[float] = field(default_factory=list)
    mask_ms: list[float] = field(default_factory=list)
    seconds: float = 0.0


def measure(name: Name, folder: Path, *, shown: int) -> dict[str, object]:
    checkpoint = load(name)
    engine = engine_of(checkpoint)
    tally = Tally()
    for schema in _schemas(folder):
        _answer(engine, schema, tally, side=SIDES[name], shown=shown)
    whole = [reply for reply in tally.replies if reply.finish == "stop"]
    tokens = sum(reply.usage.new_tokens for reply in tally.replies)
    report = json.loads((EXPORTS / "report.json").read_text(encoding="utf-8"))
    return {
        "model": name,
        "schemas": len(tally.compile_ms) + tally.refused,
        "refused": tally.refused,
        "replies": len(tally.replies),
        "whole": len(whole),
        "valid_share": tally.valid / len(whole) if whole else None,
        "forward_passes_per_token": _passes_per_token(engine, report, side=SIDES[name]),
        "forward_passes_per_token_all": tally.passes / tokens if tokens else None,
        "compile_ms_p99": float(np.percentile(tally.compile_ms, 99)),
        "mask_ms_p99": float(np.percentile(tally.mask_ms, 99)),
        "seconds_over_free": tally.seconds / _free_seconds(checkpoint, tally, side=SIDES[name]),
    }


def _schemas(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob("*.json")):
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict):
            yield found


def _answer(engine: Engine, schema: dict[str, Any], tally: Tally, *, side: int, shown: int) -> None:
    masks: Masks = engine.masks
    started = perf_counter()
    try:
        masks.start(JsonSchema(schema))
    except FovealError:
        tally.refused += 1
        return
    tally.compile_ms.append(1000 * (perf_counter() - started))
    requests = [
        WriteRequest(question(seed, side), JsonSchema(schema), MOST_TOKENS) for seed in range(shown)
    ]
    started = perf_counter()
    for request in requests:
        try:
            (reply,) = engine.write([request])
        except FovealError as error:
            print(f"no reply: {error}")
            continue
        tally.replies.append(reply)
        tally.passes += reply.usage.forward_passes
        tally.mask_ms += _mask_ms(engine, schema, reply)
        if reply.finish == "stop":
            tally.valid += jsonschema_rs.validator_for(schema).is_valid(json.loads(reply.text))
    tally.seconds += perf_counter() - started


def _mask_ms(engine: Engine, schema: dict[str, Any], reply: Reply) -> list[float]:
    """Of one mask for each token of the text, encoded anew."""
    mask = engine.masks.start(JsonSchema(schema))
    spent = []
    for token in engine.prompts.encode(reply.text):
        started = perf_counter()
        mask.allowed()
        spent.append(1000 * (perf_counter() - started))
        mask.accept(token)
    return spent


def _passes_per_token(engine: Engine, schema: dict[str, Any], *, side: int) -> float:
    replies = [
        engine.write([WriteRequest(question(seed, side), JsonSchema(schema), MOST_TOKENS)])[0]
        for seed in range(SHOWN)
    ]
    passes, tokens = (
        sum(getattr(reply.usage, what) for reply in replies)
        for what in ("forward_passes", "new_tokens")
    )
    return passes / tokens


def _free_seconds(checkpoint: Checkpoint, tally: Tally, *, side: int) -> float:
    """As many tokens in as many replies, by transformers' own generate."""
    plain = PlainLoop(checkpoint)
    started = perf_counter()
    for seed, reply in enumerate(tally.replies):
        plain.write(question(seed, side), tokens=max(1, reply.usage.new_tokens))
    return perf_counter() - started


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=list(SIDES), default="tiny")
    parser.add_argument("--schemas", type=Path, default=EXPORTS, metavar="DIR")
    parser.add_argument("--shown", type=int, default=SHOWN, help="replies a schema")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    figures = measure(options.model, options.schemas, shown=options.shown)
    show(figures, as_json=options.json)


if __name__ == "__main__":
    main()
