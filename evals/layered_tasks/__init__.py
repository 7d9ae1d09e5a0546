"""Complex tasks on labelled parts, from one flat question to everything foveal has.

    foveal eval layered_tasks [--data DATA] [--limit N] [--logs DIR] [--json]

A task is an instruction, a JSON Schema, at times a constraint, and the truth that labels give. It
is completed where the answer validates, obeys the constraint and agrees with the truth. Every rung
of the ladder answers the same tasks with the same model. Parts are drawn by seeds of their own,
with up to three defects, or are DATA as `foveal calibrate` takes it.
"""

from foveal.evals.layered_tasks.climb import run
from foveal.evals.layered_tasks.tables import show

__all__ = ["run", "show"]
