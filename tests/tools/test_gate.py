"""The gate lets through what came to rest or changed there, and nothing of noise and light."""

from collections.abc import Callable, Iterable

import numpy as np
import pytest

from foveal.tools.gate import CELL_PX, Gate, Passage
from foveal.tools.gate_settings import GateSettings
from foveal.tools.image import Pixels

WIDTH, HEIGHT, SIDE = 640, 400, 320
HOME = 160
RATE = 30
REST = 10
"""Frames for which the gate waits, and one."""

Draw = Callable[[int], Pixels]


class Camera:
    """Looks at a belt, with noise, at 30 frames a second."""

    def __init__(self, *, noise: float = 3.0) -> None:
        self.gate = Gate()
        self.at = 0
        self._rng = np.random.default_rng(2)
        self._noise = noise

    def see(self, scene: Pixels, *, light: float = 1.0) -> Passage | None:
        grain = self._rng.normal(0, self._noise, scene.shape) if self._noise else 0
        seen = np.clip(scene * light + grain, 0, 255).astype(np.uint8)
        self.at += 1
        return self.gate.look(seen, self.at / RATE)

    def watch(self, scenes: Iterable[Pixels]) -> list[Passage]:
        return [passage for scene in scenes if (passage := self.see(scene)) is not None]


def belt(board: Pixels | None = None, x: int = HOME) -> Pixels:
    """With a board whose left edge is at `x`."""
    scene = np.full((HEIGHT, WIDTH), 120, np.uint8)
    if board is not None:
        left, right = max(0, x), min(WIDTH, x + SIDE)
        if right > left:
            scene[40 : 40 + SIDE, left:right] = board[:, left - x : right - x]
    return scene


def rest(scene: Pixels, frames: int = REST + 5) -> list[Pixels]:
    return [scene] * frames


def drive(board: Pixels, start: int, end: int, step: int = 24) -> list[Pixels]:
    return [belt(board, x) for x in range(start, end, step)]


@pytest.fixture
def board(draw: Draw) -> Pixels:
    return (draw(3) * 0.8).astype(np.uint8)


def test_what_comes_to_rest_is_let_through_once(board: Pixels) -> None:
    passages = Camera().watch(drive(board, -SIDE, HOME) + rest(belt(board), 90))

    assert len(passages) == 1


def test_nothing_is_let_through_while_something_moves(board: Pixels) -> None:
    assert not Camera().watch(drive(board, -SIDE, WIDTH))


def test_rest_is_waited_for(board: Pixels) -> None:
    camera = Camera()
    camera.watch(drive(board, -SIDE, HOME))
    begun = camera.at
    while camera.see(belt(board)) is None:
        pass

    assert 0.3 <= (camera.at - begun) / RATE < 0.4


@pytest.mark.parametrize("noise", [0, 3, 12])
def test_noise_and_slow_light_are_no_change(board: Pixels, noise: float) -> None:
    camera, scene = Camera(noise=noise), belt(board)
    assert len(camera.watch(rest(scene))) == 1

    assert not any(camera.see(scene, light=1 + 0.15 * np.sin(at / 80)) for at in range(400))


@pytest.mark.parametrize("noise", [3, 12])
@pytest.mark.parametrize("side", [8, 14])
def test_a_small_change_on_what_lies_still_is_let_through(
    board: Pixels, side: int, noise: float
) -> None:
    rng, missed = np.random.default_rng(1), 0
    for _ in range(10):
        camera, scene = Camera(noise=noise), belt(board)
        camera.watch(rest(scene))
        x, y = (int(value) for value in rng.integers((HOME, 40), (HOME + 300, 340)))
        spot = scene[y : y + side, x : x + side]
        changed = scene.copy()
        changed[y : y + side, x : x + side] = 200 if spot.mean() < 110 else 30
        missed += len(camera.watch(rest(changed))) != 1

    assert missed == 0


def test_a_change_that_does_not_last_is_not_let_through(board: Pixels) -> None:
    camera, scene = Camera(), belt(board)
    camera.watch(rest(scene))
    flash = scene.copy()
    flash[100:120, 200:220] = 255

    assert not camera.watch([*rest(flash, 4), *rest(scene)])


def test_edges_may_tremble_within_the_tolerance(board: Pixels) -> None:
    camera = Camera()
    camera.watch(rest(belt(board)))

    assert not camera.watch(belt(board, HOME + at % 2) for at in range(60))


def test_what_was_moved_on_is_let_through_with_the_way_it_went(board: Pixels) -> None:
    camera = Camera()
    camera.watch(rest(belt(board, 20)))
    (passage,) = camera.watch(drive(board, 20, 260) + rest(belt(board, 260)))

    assert passage.carried is not None
    assert passage.carried == pytest.approx((240, 0), abs=4)


def test_the_next_part_is_let_through_even_if_it_is_the_same_to_the_pixel(board: Pixels) -> None:
    camera = Camera(noise=0)
    camera.watch(rest(belt(board)))
    leaves, comes = drive(board, HOME, WIDTH), drive(board, -SIDE, HOME)
    passages = camera.watch([*leaves, *comes, *rest(belt(board))])

    assert len(passages) == 1


def test_a_passage_says_where_something_moved(board: Pixels) -> None:
    camera, scene = Camera(), belt(board)
    camera.watch(rest(scene))
    covered = scene.copy()
    covered[:, :100] = 30
    (passage,) = camera.watch([*rest(covered, 5), *rest(scene)])

    assert passage.swept.shape == (HEIGHT // CELL_PX, WIDTH // CELL_PX)
    assert passage.swept[:, 0].any()
    assert not passage.swept[:, HOME // CELL_PX :].any()


def test_frames_of_another_size_begin_anew(board: Pixels) -> None:
    camera = Camera()
    camera.watch(rest(belt(board)))
    (passage,) = camera.watch(rest(belt(board)[:200]))

    assert passage.carried is None
    assert passage.swept.all()


def test_what_a_scene_went_through_adds_up() -> None:
    first = Passage((10, 2), np.array([[1, 0, 0]], np.uint8))
    second = Passage((5, 1), np.array([[0, 0, 1]], np.uint8))
    both = second.after(first)

    assert both.carried == pytest.approx((15, 3))
    assert both.swept.tolist() == [[1, 0, 1]]
    assert second.after(first._replace(carried=None)).carried is None


def test_a_longer_rest_may_be_asked_for(board: Pixels) -> None:
    gate, scene = Gate(GateSettings(rest_s=2)), belt(board)
    seen = [at for at in range(90) if gate.look(scene, at / RATE)]

    assert seen == [2 * RATE]
