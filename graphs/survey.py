from langgraph.graph import START, StateGraph

from foveal.agents.context import Context
from foveal.agents.inspection import Inspection
from foveal.agents.survey import look_once
from foveal.graphs.compare import Graph
from foveal.graphs.conclusion import conclude


def survey() -> Graph:
    """Show both parts once and let the model list everything: the baseline.

    START → look_once → decide ─report→ review → END
                        └─document→ write_document → review
    """
    graph = StateGraph(Inspection, context_schema=Context)
    graph.add_node(look_once)
    graph.add_edge(START, "look_once")
    graph.add_edge("look_once", "decide")
    conclude(graph)
    return graph.compile()
