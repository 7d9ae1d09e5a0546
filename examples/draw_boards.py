"""Draw a template and a damaged board, with the truth beside them.

    python examples/draw_boards.py OUT [--seed 446] [--defects 7]

`examples/boards/` holds what the defaults draw.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image

from foveal.training.boards.pair import draw_pair


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--seed", type=int, default=446)
    arguments.add_argument("--defects", type=int, default=7)
    options = arguments.parse_args()
    pair = draw_pair(np.random.default_rng(options.seed), defects=options.defects)
    options.out.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pair.template).save(options.out / "template.png")
    Image.fromarray(pair.tested).save(options.out / "tested.png")
    truth = [{"label": defect.label, "box_px": list(defect.box)} for defect in pair.defects]
    (options.out / "truth.json").write_text(json.dumps(truth, indent=2) + "\n")


if __name__ == "__main__":
    main()
