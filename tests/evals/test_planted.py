import numpy as np
import pytest

from foveal.evals.matching import Truth
from foveal.evals.planted import planted_claims, true_claims
from foveal.schemas.box import Box
from foveal.tools.image import Image, image_from

LABELS = ["open", "short", "spur"]
TRUTHS = [Truth("open", Box(20, 20, 60, 50)), Truth("spur", Box(200, 200, 230, 240))]


@pytest.fixture
def part() -> Image:
    """Stripes on the left, nothing on the right."""
    pixels = np.full((300, 400), 255, np.uint8)
    pixels[::8, :200] = pixels[1::8, :200] = pixels[2::8, :200] = 0
    return image_from(pixels, "part.png")


@pytest.mark.parametrize("seed", range(5))
def test_every_label_is_planted_at_an_edge_away_from_defects_and_from_each_other(
    part: Image, seed: int
) -> None:
    claims = planted_claims(np.random.default_rng(seed), part, TRUTHS, LABELS)

    boxes = [claim.region.box_px for claim in claims]
    assert [claim.label for claim in claims] == LABELS
    for at, box in enumerate(boxes):
        assert box.fits(part.size)
        assert box.x1 < 200, "there is no edge on the right"
        near = box.grown(box.width)
        others = [truth.box for truth in TRUTHS] + boxes[:at]
        assert not any(near.intersection_area(other) for other in others)


@pytest.mark.parametrize("size", [(400, 300), (12, 9)], ids=str)
def test_a_part_without_an_edge_or_without_room_gets_no_claims(size: tuple[int, int]) -> None:
    blank = image_from(np.zeros(size[::-1], np.uint8), "blank.png")

    assert planted_claims(np.random.default_rng(0), blank, [], LABELS) == []


def test_labelled_defects_are_claimed_as_they_are() -> None:
    assert [(claim.label, claim.region.box_px) for claim in true_claims(TRUTHS)] == TRUTHS
