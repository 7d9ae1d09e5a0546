from langgraph.graph import END, START, StateGraph

from foveal.agents.context import Context
from foveal.agents.inspection import Inspection
from foveal.agents.survey import look_once
from foveal.agents.write_document import document_asked, write_document
from foveal.graphs.compare import Graph
from foveal.graphs.nodes.decide import decide


def survey() -> Graph:
    """Show both parts once and let the model list everything: the baseline.

    START → look_once → decide ─report alone→ END
                        └─document→ write_document → END
    """
    graph = StateGraph(Inspection, context_schema=Context)
    graph.add_node(look_once)
    graph.add_node(decide)
    graph.add_node(write_document)
    graph.add_edge(START, "look_once")
    graph.add_edge("look_once", "decide")
    graph.add_conditional_edges(
        "decide", document_asked, {"document": "write_document", "report alone": END}
    )
    graph.add_edge("write_document", END)
    return graph.compile()
