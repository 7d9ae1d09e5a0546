"""What a report says of how each picture came to be."""

from foveal.agents.context import Context, Gallery
from foveal.agents.inspection import Inspection, Look, Region, Shown
from foveal.agents.scripted import ScriptedModel
from foveal.graphs.nodes.evidence import evidence_of
from foveal.schemas.box import Box
from foveal.schemas.view import View
from foveal.schemas.workflow import LabelDefinition, Workflow

PART = "img:" + "0" * 64
CROP = "img:" + "1" * 64


def test_a_likened_place_says_what_it_was_likened_to() -> None:
    labels = [LabelDefinition(name=name, meaning=name) for name in ("open", "none")]
    workflow = Workflow(name="w", subject="traces", labels=labels, harmless="none")
    boxes = {"A": Box(200, 10, 264, 74), "B": Box(0, 20, 64, 84)}
    pictures = [
        Shown(name=name, view=View(image=PART, box_px=box, size_px=(128, 128)), crop=CROP)
        for name, box in boxes.items()
    ]
    look = Look(pictures=pictures, prompt="0" * 64, answers={"open": 0.9, "none": 0.1})
    state: Inspection = {"tested": PART}

    like, place = evidence_of(
        Region(box_px=Box(20, 40, 44, 64)),
        [look],
        state,
        context=Context(ScriptedModel(), workflow, Gallery()),
    )

    assert [(step.tool, step.result) for step in like.tools] == [
        ("alike", "most like x 0–64, y 20–84"),
        ("cut", "64×64 → 128×128 px"),
    ]
    assert [step.tool for step in place.tools] == ["cut"]
