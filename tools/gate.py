"""Which frames of a video are worth a model call: where something came to rest, or changed."""

from typing import NamedTuple

import cv2
import numpy as np

from foveal.tools.follow import Shift, displacement
from foveal.tools.gate_settings import GateSettings
from foveal.tools.image import Pixels, size_of
from foveal.tools.scene import Scene

CELL_PX = 16
"""Of the frame, that a cell of `Passage.swept` is wide and high."""


class Passage(NamedTuple):
    """Lets a frame through, and says what became of the scene since the one before."""

    carried: Shift | None
    """How far what moved was carried, in pixels of the frame; None where no one could follow."""

    swept: Pixels
    """A cell for each `CELL_PX` down and across: above 0 where anything moved in between."""

    def after(self, earlier: "Passage") -> "Passage":
        """Since the frame before the earlier one, where that was not judged."""
        if self.swept.shape != earlier.swept.shape:
            return self
        swept = np.asarray(cv2.max(self.swept, earlier.swept), np.uint8)
        if self.carried is None or earlier.carried is None:
            return Passage(None, swept)
        (dx, dy), (x, y) = self.carried, earlier.carried
        return Passage((x + dx, y + dy), swept)


class Gate:
    """Looks at each frame of one source, in order.

    What comes to rest after a movement is let through even if it looks the same: it may be the
    next part, and differ by less than the gate sees.
    """

    def __init__(self, settings: GateSettings | None = None) -> None:
        self._settings = settings or GateSettings()
        self._rest: Scene | None = None
        """Since this scene nothing moved."""

        self._rests_since = 0.0
        self._was_let_through = False
        self._differs_since: float | None = None
        self._carried: Shift | None = None
        self._step: Shift | None = None
        """The last that could be followed: where one cannot be, it is taken to go on like that."""

        self._swept: Pixels = np.zeros((0, 0), np.uint8)

    def look(self, grey: Pixels, at_s: float) -> Passage | None:
        """None where there is nothing new in a frame of one channel, taken `at_s`."""
        scene = Scene.of(grey, self._settings)
        if self._rest is None or self._rest.pixels.shape != scene.pixels.shape:
            self._begin(scene, at_s)
        else:
            self._compare(self._rest, scene, at_s)
        since = self._differs_since if self._was_let_through else self._rests_since
        if since is None or at_s - since < self._settings.rest_s:
            return None
        return self._let_through(scene, size_of(grey))

    def _begin(self, scene: Scene, at_s: float) -> None:
        self._move_to(scene, at_s)
        self._carried, self._swept, self._step = None, np.ones_like(scene.pixels), None

    def _compare(self, rest: Scene, scene: Scene, at_s: float) -> None:
        changed = scene.changed_since(rest, self._settings)
        if cv2.countNonZero(changed) >= self._settings.moving_share * changed.size:
            self._follow(rest, scene, changed)
            self._move_to(scene, at_s)
        elif not self._is_seen(changed, scene.factor):
            self._differs_since = None
        elif self._differs_since is None:
            self._differs_since = at_s

    def _move_to(self, scene: Scene, at_s: float) -> None:
        self._rest, self._rests_since = scene, at_s
        self._was_let_through, self._differs_since = False, None

    def _follow(self, before: Scene, after: Scene, changed: Pixels) -> None:
        self._swept = np.asarray(cv2.max(self._swept, changed), np.uint8)
        step = displacement(before.pixels, after.pixels, changed) or self._step
        self._step = step
        if step is None or self._carried is None:
            self._carried = None
        else:
            self._carried = (self._carried[0] + step[0], self._carried[1] + step[1])

    def _is_seen(self, changed: Pixels, factor: float) -> bool:
        """Whether enough of what changed hangs together; a blurred corner may be missing."""
        least = max(1.0, (self._settings.smallest_px / factor) ** 2 / 2)
        if cv2.countNonZero(changed) < least:
            return False
        _, _, statistics, _ = cv2.connectedComponentsWithStats(changed)
        return bool((statistics[1:, cv2.CC_STAT_AREA] >= least).any())

    def _let_through(self, scene: Scene, size: tuple[int, int]) -> Passage:
        carried, swept = self._carried, self._swept
        if carried is not None:
            carried = (carried[0] * scene.factor, carried[1] * scene.factor)
        self._rest, self._was_let_through, self._differs_since = scene, True, None
        self._carried, self._swept, self._step = (0.0, 0.0), np.zeros_like(scene.pixels), None
        return Passage(carried, _cells(swept, size))


def _cells(swept: Pixels, size: tuple[int, int]) -> Pixels:
    columns, rows = (-(-side // CELL_PX) for side in size)
    shares = cv2.resize(swept * np.uint8(255), (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(shares, np.uint8)
