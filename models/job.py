from collections.abc import Sequence
from dataclasses import dataclass, field

from foveal.models.prompt import Outline
from foveal.models.protocol import Pixels
from foveal.schemas.report import Usage


@dataclass(eq=False)
class Job:
    """Something that a model is to do: read a prompt, and what its kind adds to that."""

    outline: Outline
    pictures: Sequence[Pixels]
    usage: Usage = field(default_factory=Usage, kw_only=True)
    """So far."""

    done: bool = field(default=False, kw_only=True)
    error: BaseException | None = field(default=None, kw_only=True)
    """Why it is done without a result."""
