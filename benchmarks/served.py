"""Whether a model behind a server answers as the same weights do in this process.

    make server-env
    .server-env/bin/transformers serve models/tiny --port 8000 &
    python benchmarks/served.py --model openai:models/tiny --base-url http://localhost:8000/v1 \\
        [--items 50] [--json]

Drawn pairs are compared by both, uncalibrated. Each question of a run in process is put to the
server too: where the likeliest answer differs, its probability in process says how near it was.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field

from contenders import show
from foveal.evals.seeds import SERVED, generator
from foveal.graphs.run import run_one
from foveal.models.load import load_model
from foveal.models.protocol import Choice, ChooseRequest, VisionLanguageModel
from foveal.models.proxy import ModelProxy
from foveal.schemas.report import Report
from foveal.schemas.server import Server
from foveal.serving import connect
from foveal.tools.image import image_from
from foveal.training.boards.pair import draw_pair
from foveal.workflow_file import load_workflow


@dataclass(eq=False)
class Beside(ModelProxy):
    """Answers by the model in process, and asks the served one the same."""

    served: VisionLanguageModel
    questions: int = 0
    differing: list[float] = field(default_factory=list)
    """Probability of the answer in process, where the server gave another."""

    def choose(self, requests: Sequence[ChooseRequest]) -> list[Choice]:
        choices = self.model.choose(requests)
        self.questions += len(choices)
        for here, there in zip(choices, self.served.choose(requests), strict=True):
            if here.answer != there.answer:
                self.differing.append(round(here.probabilities[here.answer], 3))
        return choices


def found(report: Report) -> tuple[str, list[tuple[str, tuple[int, ...]]]]:
    return report.verdict, sorted((one.label, tuple(one.box_px)) for one in report.findings)


def measure(
    served: VisionLanguageModel, local: VisionLanguageModel, items: int
) -> dict[str, object]:
    rules = load_workflow("board-compare").model_copy(update={"calibration": {}})
    beside = Beside(local, served)
    verdicts = labels = calls = 0
    for number in range(items):
        pair = draw_pair(generator(SERVED, number))
        parts = image_from(pair.template, "template"), image_from(pair.tested, "tested")
        here, there = run_one(rules, beside, *parts), run_one(rules, served, *parts)
        verdicts += here.verdict == there.verdict
        labels += found(here) == found(there)
        calls += there.usage.model_calls
    return {
        "items": items,
        "verdicts_same": verdicts,
        "verdicts_and_findings_same": labels,
        "questions": beside.questions,
        "answers_same": beside.questions - len(beside.differing),
        "probability_in_process_where_they_differ": sorted(beside.differing, reverse=True),
        "questions_to_the_server_an_item": round(calls / items, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="openai:NAME")
    parser.add_argument("--base-url", required=True)
    parser.add_argument("--local", default="tiny", help="the same weights, in this process")
    parser.add_argument("--items", type=int, default=50)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    served = connect(options.model, Server(base_url=options.base_url))
    show(measure(served, load_model(options.local), options.items), as_json=options.json)


if __name__ == "__main__":
    main()
