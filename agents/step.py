from typing import NamedTuple

from langgraph.config import get_config


class Step(NamedTuple):
    """Where a run stands in its graph."""

    number: int
    node: str

    def __str__(self) -> str:
        return f"{self.number} {self.node}"


def current_step() -> Step | None:
    """None outside of a graph."""
    try:
        known = get_config()["metadata"]
    except RuntimeError:
        return None
    return Step(known["langgraph_step"], known["langgraph_node"])
