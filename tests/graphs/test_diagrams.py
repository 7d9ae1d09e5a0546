"""Each graph's docstring draws its edges; a branch stands below the first letter of its node."""

import re
from collections.abc import Callable
from typing import NamedTuple

import pytest

from foveal.graphs.compare import Graph
from foveal.graphs.explore import explore
from foveal.graphs.run import GRAPHS

ARROW = re.compile(r" *(?:─([\w ]+))?→ *")
BRANCH = re.compile(r"[├└](?=─[\w ]+→)")
NODE = re.compile(r"\w+")


class Edge(NamedTuple):
    source: str
    word: str
    target: str


def drawn_edges(diagram: str) -> set[Edge]:
    lines = [line for line in diagram.splitlines() if "→" in line]
    columns = {found.start(): found.group() for found in NODE.finditer(lines[0])}
    edges = _chain(lines[0].strip())
    for line in lines[1:]:
        branch = BRANCH.search(line)
        assert branch, f"{line!r} branches off nowhere"
        edges |= _chain(columns[branch.start()] + line[branch.end() :])
        columns |= {found.start(): found.group() for found in NODE.finditer(line)}
    return edges


def _chain(text: str) -> set[Edge]:
    """Edges of `a → b ─word→ c`."""
    first, *rest = ARROW.split(text)
    nodes, words = [first, *rest[1::2]], [word or "" for word in rest[0::2]]
    return {Edge(*edge) for edge in zip(nodes, words, nodes[1:], strict=False)}


def compiled_edges(graph: Graph) -> set[Edge]:
    ends = {"__start__": "START", "__end__": "END"}
    builder = graph.builder
    plain = {Edge(ends.get(a, a), "", ends.get(b, b)) for a, b in builder.edges}
    routed = {
        Edge(source, str(word), ends.get(target, target))
        for source, branches in builder.branches.items()
        for branch in branches.values()
        for word, target in (branch.ends or {}).items()
    }
    return plain | routed


@pytest.mark.parametrize("build", [*GRAPHS.values(), explore])
def test_the_compiled_edges_are_those_of_the_diagram(build: Callable[[], Graph]) -> None:
    assert compiled_edges(build()) == drawn_edges(build.__doc__ or "")


def test_a_diagram_is_read_with_its_words_and_branches() -> None:
    diagram = """
    START → look ─seen→ END
            └─not yet→ wait ─long→ look
                       └─too long→ END
    """

    assert drawn_edges(diagram) == {
        Edge("START", "", "look"),
        Edge("look", "seen", "END"),
        Edge("look", "not yet", "wait"),
        Edge("wait", "long", "look"),
        Edge("wait", "too long", "END"),
    }
