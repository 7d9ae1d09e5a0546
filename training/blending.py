"""Weights between those that a training started from and those that it came to.

A training that brings something new blurs what was known. On the way between the two much of
both is kept (model soups, Wortsman et al. 2022, arXiv:2203.05482).

    python -m foveal.training.blending START END OUT --language 0.9 --vision 0.5
"""

import argparse
import shutil
from pathlib import Path

from safetensors.torch import load_file, save_file
from torch import Tensor

_WEIGHTS = "model.safetensors"
_VISION = "visual"
"""Stands in the name of each weight of the vision tower."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("start", type=Path, help="folder of the model that a training started from")
    parser.add_argument("end", type=Path, help="folder of the model that it came to")
    parser.add_argument("out", type=Path, help="new folder for the model in between")
    for part in ("language", "vision"):
        parser.add_argument(f"--{part}", type=float, required=True, help="share of the way, 0 to 1")
    blend(**vars(parser.parse_args()))


def blend(start: Path, end: Path, out: Path, *, language: float, vision: float) -> None:
    """Models of one shape; what else a folder holds is taken from `end`."""
    before, after = load_file(start / _WEIGHTS), load_file(end / _WEIGHTS)
    shutil.copytree(end, out)
    blended = {
        name: _between(before[name], after[name], vision if _VISION in name else language)
        for name in after
    }
    save_file(blended, out / _WEIGHTS, metadata={"format": "pt"})


def _between(before: Tensor, after: Tensor, share: float) -> Tensor:
    there = (1 - share) * before.float() + share * after.float()
    return there.to(after.dtype).contiguous()


if __name__ == "__main__":
    main()
