"""The ladder: from one flat question to everything, one layer or tool a rung."""

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from foveal.schemas.workflow import INPUTS, Workflow

THOUGHT_TOKENS = 64
"""That an agent may think before it answers."""

Search = Literal["plan", "model"]
"""Who says where to look: the workflow's plan, or the model by its calls."""


@dataclass(frozen=True)
class Switches:
    layers: bool = False
    thinking: bool = False
    grammar: bool = False
    search: Search | None = None
    """None is a single pass over the whole part."""
    verification: bool = False
    constraints: bool = False
    """Enforced by code on findings, besides being said."""


class Rung(NamedTuple):
    name: str
    switches: Switches
    against: str | None
    """The rung that it adds one thing to, or takes one from."""


def ladder() -> list[Rung]:
    layers = Switches(layers=True)
    thinking = replace(layers, thinking=True)
    grammar = replace(thinking, grammar=True)
    planned = replace(grammar, search="plan")
    verified = replace(planned, verification=True)
    return [
        Rung("flat", Switches(), None),
        Rung("layers", layers, "flat"),
        Rung("thinking", thinking, "layers"),
        Rung("grammar", grammar, "thinking"),
        Rung("search plan", planned, "grammar"),
        Rung("model-driven tools", replace(planned, search="model"), "search plan"),
        Rung("verification", verified, "search plan"),
        Rung("constraints", replace(verified, constraints=True), "verification"),
    ]


def without_each() -> list[Rung]:
    """Everything but one thing.

    Without a search no findings are left to verify, or to enforce constraints on.
    """
    name, everything, _ = ladder()[-1]
    single_pass = replace(everything, search=None, verification=False, constraints=False)
    return [
        Rung("without layers", replace(everything, layers=False), name),
        Rung("without thinking", replace(everything, thinking=False), name),
        Rung("without grammar", replace(everything, grammar=False), name),
        Rung("without search plan", single_pass, name),
        Rung("without verification", replace(everything, verification=False), name),
        Rung("without constraints", replace(everything, constraints=False), name),
    ]


def hindrance(switches: Switches, workflow: Workflow) -> str | None:
    """Why this cannot be run with this workflow."""
    if switches.search == "model" and len(INPUTS[workflow.graph]) > 1:
        return "the model searches only where there is no template"
    return None
