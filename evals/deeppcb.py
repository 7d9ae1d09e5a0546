"""Boards of DeepPCB (Tang et al. 2019, arXiv:1902.06197), scored by its own rule.

    foveal eval deeppcb --data DIR [--limit N] [--json]

DIR holds, for each pair, `N_temp.jpg` (template), `N_test.jpg` (tested board) and `N.txt` (a defect
a line: x1 y1 x2 y2 type). Nothing is trained or tuned on these boards.
"""

import re
from functools import partial
from pathlib import Path

from rich.console import RenderableType

from foveal.evals.figures import Figures, run_on
from foveal.evals.labels import in_terms_of, require_labels
from foveal.evals.matching import Truth
from foveal.evals.options import EvalOptions
from foveal.evals.pairs import LabelledPair, read_images, spread
from foveal.evals.tables import show_figures
from foveal.schemas.box import Box
from foveal.schemas.errors import BadData

TYPES = {1: "open", 2: "short", 3: "mousebite", 4: "spur", 5: "copper", 6: "pin-hole"}

_NAME = re.compile(r"(?P<name>.+)_(temp|test)\.jpg|(?P<labels>\d+)\.txt")
_LAYOUT = "lay the folder out as N_temp.jpg, N_test.jpg and N.txt for each pair N"


def run(options: EvalOptions) -> dict[str, object]:
    if options.data is None:
        raise BadData("no boards to measure on", fix=f"give --data FOLDER; {_LAYOUT}")
    require_labels(options.workflow, TYPES.values())
    pairs = in_terms_of(options.workflow, spread(read_pairs(options.data), options.limit))
    return run_on(pairs, options, boards=f"DeepPCB, {len(pairs)} pairs")


def show(figures: dict[str, object]) -> RenderableType:
    return show_figures(Figures.model_validate(figures))


def read_pairs(folder: Path) -> list[LabelledPair]:
    """Pairs in order of their names; labels are read at once, images when their turn comes."""
    try:
        files = {path.name for path in folder.iterdir()}
    except OSError as error:
        raise BadData(f"cannot list {str(folder)!r}", fix="give the folder of the pairs") from error
    matches = (_NAME.fullmatch(file) for file in files)
    names = sorted({found["name"] or found["labels"] for found in matches if found})
    if not names:
        raise BadData(f"{str(folder)!r} holds no pairs", fix=_LAYOUT)
    return [_pair(folder, name, files) for name in names]


def read_truths(path: Path) -> tuple[Truth, ...]:
    """A defect a line; a file without lines is a board without defects."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadData(f"{str(path)!r} cannot be read as text", fix="copy the file again") from error
    return tuple(
        _truth(line, f"{path.name}, line {number}")
        for number, line in enumerate(lines, start=1)
        if line.strip()
    )


def _pair(folder: Path, name: str, files: set[str]) -> LabelledPair:
    template, tested, labels = f"{name}_temp.jpg", f"{name}_test.jpg", f"{name}.txt"
    for file in (template, tested, labels):
        if file not in files:
            raise BadData(f"pair {name!r} in {str(folder)!r} has no {file!r}", fix=_LAYOUT)
    truths = read_truths(folder / labels)
    return LabelledPair(
        name, truths, partial(read_images, [folder / template, folder / tested], truths)
    )


def _truth(line: str, where: str) -> Truth:
    try:
        x1, y1, x2, y2, kind = (int(word) for word in line.split())
        label = TYPES[kind]
    except (ValueError, KeyError) as error:
        raise BadData(
            f"{where}: {line!r} names no defect", fix=f"write x1 y1 x2 y2 type, types {_kinds()}"
        ) from error
    if not (0 <= x1 < x2 and 0 <= y1 < y2):
        raise BadData(f"{where}: {line!r} is no box", fix="give x1 < x2 and y1 < y2")
    return Truth(label, Box(x1, y1, x2, y2))


def _kinds() -> str:
    return ", ".join(f"{number} {label}" for number, label in TYPES.items())
