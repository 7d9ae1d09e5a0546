"""Train the shipped model on drawn boards; resumable.

    python -m foveal.training.produce CHUNKS --seed 1 &
    python -m foveal.training.train CHUNKS RUN --minutes 90 [--start models/tiny]

CHUNKS must also hold `validation.npz`, a chunk of boards that no producer draws. RUN gets `last.pt`
(to go on from after a crash, by the same command), `log.jsonl` and `tiny/`, the averaged weights in
the form that ships.
"""

import argparse
from pathlib import Path

from torch.nn.attention import SDPBackend, sdpa_kernel
from transformers.utils import logging

from foveal.training import workers
from foveal.training.trainer import Options, Trainer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chunks", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--start", type=Path, help="a model folder to go on from")
    parser.add_argument("--rate", type=float, default=6e-4)
    options = Options(**vars(parser.parse_args()))
    if not options.validation.is_file():
        parser.error(
            f"{options.validation} is missing: draw a chunk by a seed of its own and rename it"
        )
    options.run.mkdir(parents=True, exist_ok=True)
    workers.start(_work, options, meeting=options.run / "workers")


def _work(rank: int, options: Options) -> None:
    logging.disable_progress_bar()
    # For sequences this short a step takes 14 % less than with the fused kernel.
    with sdpa_kernel(SDPBackend.MATH):
        Trainer(rank, options).run()


if __name__ == "__main__":
    main()
