"""Pictures are cut at sizes that the model sees as they are, whatever a workflow asks for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest

from foveal.agents.scripted import ScriptedModel
from foveal.graphs.run import run_one
from foveal.models.load import load_model
from foveal.models.prompt import pictures
from foveal.models.protocol import Choice, ChooseRequest, Conversation, Fitting, Reply, WriteRequest
from foveal.models.proxy import ModelProxy
from foveal.schemas.plan import SearchPlan
from foveal.schemas.verification import Verification
from foveal.schemas.workflow import INPUTS, Looks
from foveal.tools.image import Image, image_from
from foveal.workflow_file import load_workflow

ODD_PX = 100


@dataclass(eq=False)
class Shown(ModelProxy):
    """Keeps the (width, height) of all pictures that the model is shown."""

    sizes: set[tuple[int, int]] = field(default_factory=set)

    def write(self, requests: Sequence[WriteRequest]) -> list[Reply]:
        self._keep(request.conversation for request in requests)
        return super().write(requests)

    def choose(self, requests: Sequence[ChooseRequest]) -> list[Choice]:
        self._keep(request.conversation for request in requests)
        return super().choose(requests)

    def _keep(self, conversations: Iterable[Conversation]) -> None:
        shown = [seen for conversation in conversations for seen in pictures(conversation)]
        self.sizes |= {(seen.shape[1], seen.shape[0]) for seen in shown}


def part(*, cut: bool) -> Image:
    """Wider than high, with a conductor across."""
    board = np.full((205, 310), 235, np.uint8)
    cv2.line(board, (20, 100), (290, 100), 20, 9)
    if cut:
        board[90:110, 140:160] = 235
    return image_from(board, "tested.png" if cut else "template.png")


@pytest.mark.parametrize("graph", ["compare", "inspect", "survey"])
def test_a_model_sees_what_is_kept(graph: str) -> None:
    name = "board-inspect" if graph == "inspect" else "board-compare"
    settings = {
        "graph": graph,
        "calibration": {},
        "looks": Looks(size_px=ODD_PX),
        "plan": SearchPlan(overview_px=ODD_PX),
        "verification": Verification(covers=["grey"]),
    }
    workflow = load_workflow(name).model_copy(update=settings)
    images = [part(cut=False), part(cut=True)][-len(INPUTS[workflow.graph]) :]
    tiny = load_model("tiny")
    model = Shown(tiny)
    report = run_one(workflow, model, *images)

    assert model.sizes
    assert isinstance(tiny, Fitting)
    assert {tiny.fit(size) for size in model.sizes} == model.sizes
    shown = {evidence.view.size_px for known in report.findings for evidence in known.evidence}
    assert shown <= model.sizes


def test_a_model_that_says_nothing_of_sizes_is_shown_what_was_asked_for() -> None:
    assert ModelProxy(ScriptedModel()).fit((ODD_PX, 57)) == (ODD_PX, 57)
