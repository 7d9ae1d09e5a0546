from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foveal.models.protocol import Conversation, Picture

TESTED = "B"
"""The name of the tested picture in every instruction."""


@dataclass(frozen=True, eq=False)
class Sample:
    """A question as an agent puts it, and what is to be answered."""

    conversation: Conversation
    answer: str
    truths: NDArray[np.float32]
    """What the last picture shows where, kind and corners 0 to 1, for the auxiliary loss."""


def picture_names(conversation: Conversation) -> list[str]:
    """In the order shown."""
    return [
        part.name for message in conversation for part in message.parts if isinstance(part, Picture)
    ]
