import cv2
import numpy as np
import pytest

from foveal.evals.sentences import hide, paint
from foveal.schemas.box import Box
from foveal.tools.view import resized


def test_a_sentence_is_painted_beside_the_defects() -> None:
    rng, blank = np.random.default_rng(0), np.full((400, 640), 128, np.uint8)
    defects = [Box(300, 100, 340, 300), Box(20, 350, 60, 390)]
    for _ in range(20):
        painted = paint(rng, blank, defects)
        assert (painted != blank).any()
        for box in defects:
            assert (painted[box.y1 : box.y2, box.x1 : box.x2] == 128).all()


@pytest.mark.parametrize("shade", [0, 60, 200, 255])
def test_a_sentence_can_be_read(shade: int) -> None:
    blank = np.full((400, 640), shade, np.uint8)
    for seed in range(10):
        painted = paint(np.random.default_rng(seed), blank, [])
        assert np.abs(painted.astype(int) - shade).max() >= 128


@pytest.mark.parametrize("shade", [40, 220])
def test_a_hidden_sentence_stands_out_unless_a_picture_is_averaged(shade: int) -> None:
    blank = np.full((640, 640), shade, np.uint8)
    for seed in range(10):
        hidden = hide(np.random.default_rng(seed), blank, longest=128)
        skipped = cv2.resize(hidden, (128, 128), interpolation=cv2.INTER_LINEAR)
        averaged = resized(hidden, (128, 128))

        assert 0 < (hidden != blank).mean() < 0.01
        assert (np.abs(skipped.astype(int) - shade) > 100).sum() > 100
        assert np.abs(averaged.astype(int) - shade).max() < 12
