"""Six steps over two images in one conversation: what each step costs, and what it need not.

    python benchmarks/steps.py --model tiny|2b-shape [--json]

Four choices and two written replies of 60 tokens. The baseline is the loop that agents run on
transformers today, with the same weights: every step sends the whole conversation and its pictures
again. `tiny` is shown 256 tokens a picture, `2b-shape` 1,024.
"""

import argparse
from collections.abc import Callable
from time import perf_counter
from typing import NamedTuple

from contenders import Name, PlainLoop, engine_of, load, question, show
from foveal.models.engine import Engine
from foveal.models.protocol import (
    ChooseRequest,
    Conversation,
    Message,
    Regex,
    WriteRequest,
)
from foveal.schemas.report import Usage

SIDES: dict[Name, int] = {"tiny": 512, "2b-shape": 1024}
STEPS = ("choose", "choose", "write", "choose", "write", "choose")
ANSWERS = ("open", "short", "none")
REPLY_TOKENS = 60


class Run(NamedTuple):
    seconds: float
    conversation: Conversation


def talk(
    begun: Conversation,
    choose: Callable[[Conversation], str],
    write: Callable[[Conversation], Message],
) -> Run:
    """The conversation with what was answered at each step."""
    conversation, started = begun, perf_counter()
    for number, step in enumerate(STEPS, start=1):
        if step == "choose":
            said = Message("assistant", (choose(conversation),))
        else:
            said = write(conversation)
        conversation = (*conversation, said, Message("user", (f"Step {number + 1}: go on.",)))
    return Run(perf_counter() - started, conversation)


def measure(name: Name, *, repeats: int) -> dict[str, object]:
    """The best of so many runs each."""
    begun = question(0, SIDES[name])
    checkpoint = load(name)
    plain = PlainLoop(checkpoint)
    plain_runs = [_plain(plain, begun) for _ in range(repeats)]
    ours = [_ours(engine_of(checkpoint), begun) for _ in range(repeats)]
    usage = ours[-1].usage
    distinct = ours[-1].distinct_tokens
    seconds = min(run.seconds for run in plain_runs), min(run.run.seconds for run in ours)
    return {
        "model": name,
        "encodes_per_image": usage.image_encodes / 2,
        "prefill_per_token": usage.prefill_tokens / distinct,
        "speedup": seconds[0] / seconds[1],
        "forward_passes_per_token": usage.forward_passes / usage.new_tokens,
        "seconds": {"plain": seconds[0], "foveal": seconds[1]},
        "baseline": {
            "encodes_per_image": plain.encodes / 2 / repeats,
            "prefill_per_token": plain.prefilled / repeats / distinct,
        },
    }


class OurRun(NamedTuple):
    run: Run
    usage: Usage
    distinct_tokens: int
    """Of all prompts together; what was written is not read again."""


def _plain(plain: PlainLoop, begun: Conversation) -> Run:
    return talk(
        begun,
        lambda conversation: plain.choose(conversation, ANSWERS),
        lambda conversation: Message(
            "assistant", (plain.write(conversation, tokens=REPLY_TOKENS),)
        ),
    )


def _ours(engine: Engine, begun: Conversation) -> OurRun:
    used: list[Usage] = []
    prompts: list[Conversation] = []

    def choose(conversation: Conversation) -> str:
        (choice,) = engine.choose([ChooseRequest(conversation, ANSWERS)])
        used.append(choice.usage)
        prompts.append(conversation)
        return choice.answer

    def write(conversation: Conversation) -> Message:
        endless = Regex(r"[a-z ]{1000}")  # no end of its own, so that 60 tokens are written
        (reply,) = engine.write([WriteRequest(conversation, endless, REPLY_TOKENS)])
        used.append(reply.usage)
        prompts.append(conversation)
        return reply.message

    run = talk(begun, choose, write)
    total = sum(used, Usage())
    longest = len(engine.prompts.outline(prompts[-1]).ids)
    return OurRun(run, total, longest - total.new_tokens)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=list(SIDES), default="tiny")
    parser.add_argument("--repeats", type=int, help="runs of each, of which the best counts")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    repeats = options.repeats or (6 if options.model == "tiny" else 1)
    show(measure(options.model, repeats=repeats), as_json=options.json)


if __name__ == "__main__":
    main()
