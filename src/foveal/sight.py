"""Does the model see at all? One that is not shown its pictures still answers, fluently."""

from dataclasses import dataclass

from numpy.random import Generator

from foveal.agents.instructions import load_instructions
from foveal.models.protocol import ChooseRequest, Picture, Pixels, VisionLanguageModel
from foveal.schemas.errors import BadModel
from foveal.training.digits import draw_digit

PICTURES, MISREAD = 8, 1
"""Digits, and how many may be misread: a blind model passes once in a million times, and one that
misreads 1 in 400 fails once in six thousand.
"""

_ANSWERS = tuple("0123456789")


@dataclass(frozen=True, eq=False)
class Drawn:
    digit: str
    pixels: Pixels


def draw(rng: Generator) -> list[Drawn]:
    """Digits that no one can know without looking."""
    digits = rng.integers(10, size=PICTURES)
    return [Drawn(str(digit), draw_digit(rng, int(digit)).pixels) for digit in digits]


def check_sight(model: VisionLanguageModel, shown: list[Drawn]) -> int:
    """How many were read. Raises BadModel where more than one digit is not read back."""
    instructions = load_instructions("sight", "en")
    requests = [
        ChooseRequest(instructions.conversation([Picture("A", drawn.pixels)], {}), _ANSWERS)
        for drawn in shown
    ]
    read = [choice.answer for choice in model.choose(requests)]
    drawn = [picture.digit for picture in shown]
    right = sum(said == digit for said, digit in zip(read, drawn, strict=True))
    if right < len(drawn) - MISREAD:
        raise BadModel(
            f"the model does not see: of the digits {' '.join(drawn)} it read {' '.join(read)}",
            fix="check that its weights and its image processor belong together, or use another",
        )
    return right
