"""Places of drawn boards that a model would examine without a template, right or wrong.

Most of what it comes to suspect is harmless, and unlike places picked at random: learning from
those is called hard negative mining (Shrivastava et al. 2016, arXiv:1604.03540).
"""

from collections.abc import Sequence

import numpy as np
from langgraph.runtime import Runtime
from numpy.typing import NDArray

from foveal.agents.context import Context, Gallery
from foveal.agents.find import find
from foveal.agents.inspection import Inspection, Region
from foveal.agents.search import search
from foveal.models.protocol import VisionLanguageModel
from foveal.schemas.report import Usage
from foveal.schemas.workflow import Workflow
from foveal.tools.image import Pixels, image_from
from foveal.training.wordings import shipped


def suspects(parts: NDArray[np.uint8], model: VisionLanguageModel) -> NDArray[np.float32]:
    """Of boards × side × side pixels: board and corners x1, y1, x2, y2 of each, k × 5."""
    workflow = _search()
    places = [
        (row, *region.box_px)
        for row, part in enumerate(parts)
        for region in _examined(part, model, workflow)
    ]
    return np.array(places, np.float32).reshape(-1, 5)


def _search() -> Workflow:
    """As the shipped one without a template asks; nothing is decided, so nothing is calibrated."""
    wording = shipped("look")
    terms = [{"name": term.name, "meaning": term.meaning} for term in wording.labels.values()]
    fields = {"name": "suspects", "graph": "inspect", "model": "tiny", "subject": wording.subject}
    return Workflow.model_validate({**fields, "labels": terms, "harmless": "none"})


def _examined(part: Pixels, model: VisionLanguageModel, workflow: Workflow) -> Sequence[Region]:
    image = image_from(part, "drawn")
    runtime = Runtime(context=Context(model, workflow, Gallery(image)))
    state: Inspection = {"tested": image.id, "hints": [], "usage": Usage()}
    state.update(search(state, runtime))
    return find(state, runtime)["regions"]
