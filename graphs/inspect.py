from langgraph.graph import START, StateGraph

from foveal.agents.context import Context
from foveal.agents.examine import examine
from foveal.agents.find import find
from foveal.agents.inspection import Inspection
from foveal.agents.recognise import is_recognised, recognise
from foveal.agents.scout import scout
from foveal.agents.search import search
from foveal.agents.verify import verify
from foveal.graphs.compare import Graph
from foveal.graphs.conclusion import conclude


def inspect() -> Graph:
    """Find what is wrong with a part that has no template.

    START → recognise ─something else→ decide ─report→ review → END
            │                          └─document→ write_document → review
            └─yes→ scout → search → find ─some→ examine → verify → decide
                                    ├─nothing suspicious→ decide
                                    └─too much→ decide
    """
    graph = StateGraph(Inspection, context_schema=Context)
    graph.add_node(recognise)
    graph.add_node(scout)
    graph.add_node(search)
    graph.add_node(find)
    graph.add_node(examine)
    graph.add_node(verify)
    graph.add_edge(START, "recognise")
    graph.add_conditional_edges(
        "recognise", is_recognised, {"yes": "scout", "something else": "decide"}
    )
    graph.add_edge("scout", "search")
    graph.add_edge("search", "find")
    graph.add_conditional_edges(
        "find",
        worth_examining,
        {"some": "examine", "nothing suspicious": "decide", "too much": "decide"},
    )
    graph.add_edge("examine", "verify")
    graph.add_edge("verify", "decide")
    conclude(graph)
    return graph.compile()


def worth_examining(state: Inspection) -> str:
    if "obstacle" in state:
        return "too much"
    return "some" if state["regions"] else "nothing suspicious"
