from langgraph.graph import START, StateGraph

from foveal.agents import explore as explorer
from foveal.agents.context import Context
from foveal.agents.examine import examine
from foveal.agents.inspection import Inspection
from foveal.agents.recognise import is_recognised, recognise
from foveal.agents.verify import verify
from foveal.graphs.compare import Graph
from foveal.graphs.conclusion import conclude
from foveal.graphs.inspect import worth_examining


def explore() -> Graph:
    """Find what is wrong with a part that has no template, where the model says where to look.

    START → recognise ─yes→ explore ─some→ examine → verify → decide ─report→ review → END
            │               │                                 └─document→ write_document → review
            │               ├─nothing suspicious→ decide
            │               └─too much→ decide
            └─something else→ decide
    """
    graph = StateGraph(Inspection, context_schema=Context)
    graph.add_node(recognise)
    graph.add_node(explorer.explore)
    graph.add_node(examine)
    graph.add_node(verify)
    graph.add_edge(START, "recognise")
    graph.add_conditional_edges(
        "recognise", is_recognised, {"yes": "explore", "something else": "decide"}
    )
    graph.add_conditional_edges(
        "explore",
        worth_examining,
        {"some": "examine", "nothing suspicious": "decide", "too much": "decide"},
    )
    graph.add_edge("examine", "verify")
    graph.add_edge("verify", "decide")
    conclude(graph)
    return graph.compile()
