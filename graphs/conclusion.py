from typing import Any

from langgraph.graph import END, StateGraph

from foveal.agents.context import Context
from foveal.agents.inspection import Inspection
from foveal.agents.write_document import document_asked, write_document
from foveal.graphs.nodes.decide import decide
from foveal.graphs.nodes.review import review


def conclude(graph: StateGraph[Inspection, Context, Any, Any]) -> None:
    """How every graph ends.

    decide ─report→ review → END
           └─document→ write_document → review
    """
    graph.add_node(decide)
    graph.add_node(write_document)
    graph.add_node(review)
    graph.add_conditional_edges(
        "decide", document_asked, {"document": "write_document", "report": "review"}
    )
    graph.add_edge("write_document", "review")
    graph.add_edge("review", END)
