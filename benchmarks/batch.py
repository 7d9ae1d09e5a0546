"""Runs in flight at once: how many a second, against one at a time.

    python benchmarks/batch.py --model tiny|2b-shape [--json]

Each run shows two pictures nobody has seen, asks for a choice, and has a finding written as JSON.
Repeatable answers are measured with 16 in flight.
"""

import argparse
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any

import torch

from contenders import Name, engine_of, load, question, show
from foveal.models.engine import Checkpoint, Engine
from foveal.models.protocol import (
    ChooseRequest,
    Conversation,
    JsonSchema,
    WriteRequest,
)
from foveal.models.scheduler import REPEATABLE

SIDES: dict[Name, int] = {"tiny": 128, "2b-shape": 256}
RUNS: dict[Name, int] = {"tiny": 64, "2b-shape": 16}
IN_FLIGHT = (1, 4, 16, 64)
USUAL_LOAD = 16
ANSWERS = ("open", "short", "none")
FINDING: dict[str, Any] = {
    "type": "object",
    "properties": {
        "label": {"enum": list(ANSWERS)},
        "box": {
            "type": "array",
            "items": {"type": "integer", "minimum": 0, "maximum": 1000},
            "minItems": 4,
            "maxItems": 4,
        },
    },
    "required": ["label", "box"],
    "additionalProperties": False,
}


def run(engine: Engine, conversation: Conversation) -> None:
    engine.choose([ChooseRequest(conversation, ANSWERS)])
    engine.write([WriteRequest(conversation, JsonSchema(FINDING), 60)])


def runs_per_second(engine: Engine, asked: Sequence[Conversation], *, in_flight: int) -> float:
    started = perf_counter()
    with ThreadPoolExecutor(in_flight) as threads:
        list(threads.map(lambda conversation: run(engine, conversation), asked))
    return len(asked) / (perf_counter() - started)


def measure(name: Name, *, repeats: int) -> dict[str, object]:
    """The best of several rounds each, in turn, so that a busy moment hits all alike."""
    checkpoint = load(name)
    side, count = SIDES[name], RUNS[name]
    levels = [level for level in IN_FLIGHT if level <= count]
    best, repeatable = dict.fromkeys(levels, 0.0), 0.0
    for repeat in range(repeats):
        asked = [question(repeat * count + index, side) for index in range(count)]
        for level in levels:
            speed = runs_per_second(engine_of(checkpoint), asked, in_flight=level)
            best[level] = max(best[level], speed)
        speed = runs_per_second(_repeatable(checkpoint), asked, in_flight=USUAL_LOAD)
        repeatable = max(repeatable, speed)
    return {
        "model": name,
        "runs_per_second": best,
        **{f"throughput_ratio_{level}": best[level] / best[1] for level in levels},
        "repeatable_over_usual": repeatable / best[USUAL_LOAD],
    }


def _repeatable(checkpoint: Checkpoint) -> Engine:
    autocast = checkpoint.model.dtype == torch.float32  # as in engine_of, which sets up the model
    return Engine(checkpoint, autocast=autocast, limits=REPEATABLE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=list(SIDES), default="tiny")
    parser.add_argument("--repeats", type=int, help="rounds of each, of which the best counts")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    repeats = options.repeats or (4 if options.model == "tiny" else 1)
    figures = measure(options.model, repeats=repeats)
    show(figures, as_json=options.json)


if __name__ == "__main__":
    main()
