from dataclasses import replace

import numpy as np
import pytest

from foveal.training.chunk import NONE, Chunk, known
from foveal.training.crops import VIEW_PX
from foveal.training.views import draw_likened, draw_view


@pytest.fixture(scope="module")
def blank(chunk: Chunk) -> Chunk:
    return replace(chunk, defects=np.full_like(chunk.defects, -1))


def test_a_view_says_what_it_shows(chunk: Chunk) -> None:
    rng = np.random.default_rng(0)
    views = [draw_view(rng, chunk) for _ in range(60)]
    kinds = {int(kind) for kind in chunk.defects[..., 0].flatten() if kind >= 0}
    for view in views:
        assert view.picture.pixels.shape == (VIEW_PX, VIEW_PX)
        corners = view.truths[:, 1:]
        assert (corners >= 0).all()
        assert (corners <= 1).all()
        assert (corners[:, :2] < corners[:, 2:]).all()
        assert {int(kind) for kind in view.truths[:, 0]} <= kinds
    shown = [len(view.truths) > 0 for view in views]
    assert any(shown)
    assert not all(shown)


def test_the_nearest_to_the_middle_comes_first(chunk: Chunk) -> None:
    rng = np.random.default_rng(1)
    several = [view for view in (draw_view(rng, chunk) for _ in range(200)) if len(view.truths) > 1]
    assert several
    for view in several:
        middles = (view.truths[:, 1:3] + view.truths[:, 3:]) / 2
        distances = np.linalg.norm(middles - 0.5, axis=1).tolist()
        assert distances == sorted(distances)


def test_what_is_in_the_middle_is_around_it(chunk: Chunk) -> None:
    rng = np.random.default_rng(2)
    found = 0
    for view in (draw_view(rng, chunk) for _ in range(100)):
        kinds = [
            int(kind) for kind, x1, y1, x2, y2 in view.truths if x1 <= 0.5 <= x2 and y1 <= 0.5 <= y2
        ]
        assert view.in_the_middle == (kinds[0] if kinds else NONE)
        found += bool(kinds)
    assert found


def test_a_board_without_defects_shows_none(blank: Chunk) -> None:
    rng = np.random.default_rng(3)
    assert not any(len(draw_view(rng, blank).truths) for _ in range(20))


def test_a_chunk_keeps_each_board_with_its_defects_in_its_own_pixels(chunk: Chunk) -> None:
    assert len(chunk.parts) == len(chunk.defects) == len(chunk.boards)
    scale = chunk.surveys.shape[-1] / chunk.parts.shape[-1]
    for own, small in zip(chunk.defects, chunk.boards, strict=True):
        np.testing.assert_allclose(known(own)[:, 1:] * scale, known(small)[:, 1:], atol=1e-3)


def test_half_of_the_views_show_what_a_model_suspects(chunk: Chunk) -> None:
    """Here it suspects the largest defect of a board and nothing else."""
    row = int((chunk.defects[..., 0] >= 0).sum(1).argmax())
    defects = known(chunk.defects[row])
    largest = defects[(defects[:, 3:] - defects[:, 1:3]).prod(1).argmax()]
    place = np.array([[row, *largest[1:]]], np.float32)
    suspecting = replace(chunk, suspects=place)

    def shows_it(chunk: Chunk) -> int:
        rng = np.random.default_rng(4)
        views = [draw_view(rng, chunk) for _ in range(200)]
        return sum(view.in_the_middle == int(largest[0]) for view in views)

    assert shows_it(suspecting) > shows_it(chunk) + 60


def test_beside_a_view_stands_another_place_of_its_board_lying_alike(chunk: Chunk) -> None:
    rng = np.random.default_rng(6)
    correlations = []
    for _ in range(60):
        like, view = draw_likened(rng, chunk)
        assert (like.name, view.picture.name) == ("A", "B")
        assert like.pixels.shape == view.picture.pixels.shape == (VIEW_PX, VIEW_PX)
        a, b = (picture.pixels.astype(float).ravel() for picture in (like, view.picture))
        if a.std() and b.std():
            correlations.append(np.corrcoef(a, b)[0, 1])
    assert np.median(correlations) > 0.5
    assert max(correlations) < 1
