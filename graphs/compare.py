from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from foveal.agents.context import Context
from foveal.agents.inspection import Inspection
from foveal.agents.judge import any_unsure, judge, look_closer
from foveal.agents.verify import verify
from foveal.graphs.conclusion import conclude
from foveal.graphs.nodes.align import align, can_compare
from foveal.graphs.nodes.propose import propose, worth_judging

Graph = CompiledStateGraph[Inspection, Context, Inspection, Inspection]


def compare() -> Graph:
    """Find what changed between a template and a tested part.

    START → align ─aligned→ propose ─some→ judge ─sure→ verify → decide ─report→ review → END
            │               │              │                     └─document→ write_document → review
            │               │              └─unsure→ look_closer → verify
            │               ├─nothing differs→ decide
            │               └─too different→ decide
            └─cannot compare→ decide
    """
    graph = StateGraph(Inspection, context_schema=Context)
    graph.add_node(align)
    graph.add_node(propose)
    graph.add_node(judge)
    graph.add_node(look_closer)
    graph.add_node(verify)
    graph.add_edge(START, "align")
    graph.add_conditional_edges(
        "align", can_compare, {"aligned": "propose", "cannot compare": "decide"}
    )
    graph.add_conditional_edges(
        "propose",
        worth_judging,
        {"some": "judge", "nothing differs": "decide", "too different": "decide"},
    )
    graph.add_conditional_edges("judge", any_unsure, {"unsure": "look_closer", "sure": "verify"})
    graph.add_edge("look_closer", "verify")
    graph.add_edge("verify", "decide")
    conclude(graph)
    return graph.compile()
