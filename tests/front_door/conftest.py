"""Two small drawn boards as files, and a workflow to write variations of."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pytest

from foveal.models.protocol import Pixels

WORKFLOW = """\
name: boards
subject: boards
labels:
  - name: open
    meaning: cut through
  - name: none
    meaning: nothing wrong
harmless: none
"""


class Boards(NamedTuple):
    template: Path
    tested: Path


def draw_board(*, cut: bool = False) -> Pixels:
    """Ten traces between pads, one of them cut through."""
    board = np.full((320, 320), 235, np.uint8)
    for row in range(5):
        y = 30 + 60 * row
        path = np.array([(30, y), (110 + 20 * row, y), (130 + 20 * row, y + 20), (290, y + 20)])
        cv2.polylines(board, [path.astype(np.int32)], isClosed=False, color=20, thickness=9)
        cv2.circle(board, (30, y), 14, 20, -1)
        cv2.circle(board, (290, y + 20), 14, 20, -1)
    if cut:
        cv2.rectangle(board, (70, 80), (84, 100), 235, -1)
    return board


@pytest.fixture
def draw() -> Callable[..., Pixels]:
    return draw_board


@pytest.fixture
def boards(tmp_path: Path) -> Boards:
    paths = Boards(tmp_path / "template.png", tmp_path / "tested.png")
    cv2.imwrite(str(paths.template), draw_board())
    cv2.imwrite(str(paths.tested), draw_board(cut=True))
    return paths


Written = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """A workflow file, with one text put in place of another or something added."""

    def write(*replaced: str, added: str = "") -> Path:
        text = WORKFLOW
        if replaced:
            old, new = replaced
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "boards.yaml"
        path.write_text(text + added, encoding="utf-8")
        return path

    return write
