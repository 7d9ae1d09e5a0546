"""What it costs per step of a run that it can be killed: checkpoint, journal and ledger.

    python benchmarks/durability.py [--runs 10] [--json]

`tiny` compares and inspects the boards in `examples/boards`. A step is a superstep of LangGraph;
its cost is the time inside the saver, the journal and the ledger, added up over its threads.
"""

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import Any

import numpy as np
from langgraph.checkpoint.serde.base import SerializerProtocol

from contenders import show
from foveal.agents.inspection import STATE_TYPES
from foveal.agents.step import current_step
from foveal.graphs.run import run_one
from foveal.model_choice import ModelChoice
from foveal.models.load import load_model
from foveal.models.protocol import VisionLanguageModel
from foveal.recording import RunRecorder
from foveal.records.checkpoints import Checkpoints, WholeStepSaver, open_checkpoints
from foveal.running import Run
from foveal.tools.intake import read_image
from foveal.workflow_file import load_workflow

BOARDS = Path(__file__).parents[1] / "examples" / "boards"
INPUTS = {"board-compare": ("template", "tested"), "board-inspect": ("tested",)}


@dataclass
class Costs:
    """Of one run, by the number of the step."""

    milliseconds: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))
    state_bytes: dict[int, int] = field(default_factory=dict)
    run_ms: float = 0.0
    """Of all that the run does."""

    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def of(self, step: int) -> Iterator[None]:
        started = perf_counter()
        try:
            yield
        finally:
            with self._lock:
                self.milliseconds[step] += 1000 * (perf_counter() - started)


class TimedSaver(WholeStepSaver):
    def __init__(self, saver: WholeStepSaver, costs: Costs) -> None:
        super().__init__(saver.conn, serde=saver.serde)
        self._costs = costs
        self._steps: dict[str, int] = {}
        """That ended in a checkpoint, by its id."""

    def put(self, config: Any, checkpoint: Any, metadata: Any, new_versions: Any) -> Any:
        step = self._steps[checkpoint["id"]] = metadata["step"]
        with self._costs.of(step):
            config = super().put(config, checkpoint, metadata, new_versions)
        self._costs.state_bytes[step] = _bytes(self.serde, checkpoint)
        return config

    def put_writes(self, config: Any, *given: Any) -> None:
        with self._costs.of(self._steps[config["configurable"]["checkpoint_id"]] + 1):
            super().put_writes(config, *given)


@dataclass(frozen=True)
class TimedJournal(Checkpoints):
    costs: Costs

    def recall(self, node: str, asked: str) -> dict[str, Any] | None:
        with self.costs.of(_number()):
            return super().recall(node, asked)

    def keep(self, node: str, asked: str, answered: dict[str, Any]) -> None:
        with self.costs.of(_number()):
            super().keep(node, asked, answered)


class TimedRecorder(RunRecorder):
    """What is recorded before the first step is left out."""

    def __init__(self, run: Run, costs: Costs) -> None:
        super().__init__(run.directory, run.written)
        self._costs = costs

    def append(self, kind: str, **data: object) -> None:
        if current_step() is None:
            super().append(kind, **data)
            return
        with self._costs.of(_number()):
            super().append(kind, **data)


def _number() -> int:
    step = current_step()
    assert step is not None, "asked outside of a graph"
    return step.number


def _bytes(serde: SerializerProtocol, checkpoint: Any) -> int:
    """As it stands in the file."""
    return len(serde.dumps_typed(checkpoint)[1])


def run(name: str, folder: Path, model: VisionLanguageModel) -> Costs:
    """Of all its steps."""
    images = [read_image(BOARDS / f"{board}.png") for board in INPUTS[name]]
    begun = Run.begin(folder, load_workflow(name), images, model=ModelChoice("tiny"))
    costs = Costs()
    with open_checkpoints(
        begun.directory.checkpoints, run=begun.directory.run, types=STATE_TYPES
    ) as kept:
        assert isinstance(kept.saver, WholeStepSaver)
        started = perf_counter()
        saver = TimedSaver(kept.saver, costs)
        run_one(
            begun.workflow,
            model,
            *images,
            recorder=TimedRecorder(begun, costs),
            date=begun.date,
            durable=TimedJournal(saver, kept._store, kept.run, costs),  # noqa: SLF001
        )
        costs.run_ms = 1000 * (perf_counter() - started)
    return costs


def measure(*, runs: int) -> dict[str, object]:
    """Of each workflow; a run that warms up is not counted."""
    model = load_model("tiny")
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in INPUTS:
            found = [run(name, Path(folder) / "run", model) for _ in range(runs + 1)][1:]
            figures[name] = _figures(found)
    return figures


def _figures(runs: Sequence[Costs]) -> dict[str, float]:
    milliseconds = [cost for costs in runs for cost in costs.milliseconds.values()]
    state_bytes = [size for costs in runs for size in costs.state_bytes.values()]
    return {
        "steps": len(milliseconds) / len(runs),
        "step_ms_p50": round(float(np.median(milliseconds)), 2),
        "step_ms_p95": round(float(np.percentile(milliseconds, 95)), 2),
        "share_of_run": round(sum(milliseconds) / sum(costs.run_ms for costs in runs), 3),
        "state_bytes_p50": float(np.median(state_bytes)),
        "state_bytes_most": max(state_bytes),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10, help="of each workflow")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    show(measure(runs=options.runs), as_json=options.json)


if __name__ == "__main__":
    main()
