from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class GateSettings:
    """What counts as a change of a scene, as movement and as rest; lengths in original pixels."""

    smallest_px: float = 6.0
    """Side of the smallest change, on what lies still, that is let through."""

    tolerance_px: float = 2.0
    """How far edges may tremble without being a change."""

    least_levels: float = 12.0
    """That a change spans, of 256."""

    moving_share: float = 0.005
    """Of the picture that differs while something moves."""

    rest_s: float = 0.3
    """For so long nothing moves before what lies there is let through, and a change lasts."""
