from langgraph.graph import END, START, StateGraph

from foveal.agents.context import Context
from foveal.agents.inspection import Inspection
from foveal.agents.survey import look_once
from foveal.graphs.compare import Graph
from foveal.graphs.nodes.decide import decide


def survey() -> Graph:
    """Show both parts once and let the model list everything: the baseline.

    START → look_once → decide → END
    """
    graph = StateGraph(Inspection, context_schema=Context)
    graph.add_node(look_once)
    graph.add_node(decide)
    graph.add_edge(START, "look_once")
    graph.add_edge("look_once", "decide")
    graph.add_edge("decide", END)
    return graph.compile()
