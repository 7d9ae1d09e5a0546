from langgraph.runtime import Runtime

from foveal.agents.context import Context
from foveal.agents.inspection import Inspection, Region
from foveal.tools.propose import propose as propose_regions
from foveal.tools.register import register


def propose(state: Inspection, runtime: Runtime[Context]) -> Inspection:
    """Find every place that differs; what a difference means is for the judge to say."""
    context = runtime.context
    template, tested = (context.gallery[state[name]].pixels for name in ("aligned", "tested"))
    proposals = propose_regions(template, tested, valid=context.gallery.valid(state["aligned"]))
    regions = [
        Region(
            box_px=proposal.box,
            shift_px=register(template, tested, proposal.box),
            changed_px=proposal.area_px,
        )
        for proposal in proposals
    ]
    context.recorder.append("propose", regions=regions)
    most = context.workflow.max_regions
    if len(regions) > most:
        obstacle = f"{len(regions)} regions differ, more than the {most} that are judged"
        return {"regions": regions, "obstacle": obstacle}
    return {"regions": regions}


def worth_judging(state: Inspection) -> str:
    if "obstacle" in state:
        return "too different"
    return "some" if state["regions"] else "nothing differs"
