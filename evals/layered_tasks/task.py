"""What is asked about one labelled part, and what a right answer says."""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from foveal.evals.pairs import LabelledPair
from foveal.schemas.box import Box
from foveal.schemas.constraint import Constraint
from foveal.schemas.language import Language

Kind = Literal["kinds", "size", "quarters", "worst", "inside", "report"]
KINDS: tuple[Kind, ...] = get_args(Kind)

Value: TypeAlias = "str | int | Box | list[Value] | dict[str, Value]"
"""Of an answer: labels are the workflow's own, boxes in original pixels of the tested part."""


@dataclass(frozen=True)
class Question:
    """`inside` asks whether any `label` lies in `box`; the other kinds name neither."""

    kind: Kind
    language: Language
    constraint: Constraint | None = None
    label: str = ""
    box: Box | None = None


@dataclass(frozen=True, eq=False)
class LayeredTask:
    name: str
    pair: LabelledPair
    size_px: tuple[int, int]
    question: Question
    truth: dict[str, Value]
