"""A drawn board with defects, its template, and a model that compares what it is shown."""

from collections.abc import Callable

import numpy as np
import pytest
from langgraph.runtime import Runtime

from foveal.agents.context import Context, Gallery
from foveal.agents.inspection import Inspection
from foveal.agents.scripted import ScriptedModel, shown
from foveal.models.protocol import ChooseRequest
from foveal.schemas.report import Usage
from foveal.schemas.workflow import Workflow
from foveal.tools.image import Image, image_from
from foveal.training.boards.pair import BoardPair, draw_pair
from foveal.workflow_file import load_workflow

SEED, OTHER_BOARD = 9, 5


@pytest.fixture(scope="session")
def drawn() -> BoardPair:
    return draw_pair(np.random.default_rng(SEED), defects=6)


@pytest.fixture(scope="session")
def template(drawn: BoardPair) -> Image:
    return image_from(drawn.template, "template.png")


@pytest.fixture(scope="session")
def tested(drawn: BoardPair) -> Image:
    return image_from(drawn.tested, "tested.png")


@pytest.fixture(scope="session")
def other_board() -> Image:
    return image_from(draw_pair(np.random.default_rng(OTHER_BOARD)).tested, "other.png")


@pytest.fixture(scope="session")
def workflow() -> Workflow:
    return load_workflow("board-compare")


@pytest.fixture
def comparing() -> ScriptedModel:
    """Calls a clear change of copper in the middle open or short, and all else harmless."""

    def compare(request: ChooseRequest) -> dict[str, float]:
        middle = slice(40, 88)
        a, b = (shown(request.conversation)[name][middle, middle] for name in "AB")
        change = float(b.mean()) - float(a.mean())
        label = "none" if abs(change) < 4 else "open" if change > 0 else "short"
        return {answer: 0.94 if answer == label else 0.01 for answer in request.answers}

    return ScriptedModel(choosing=compare)


@pytest.fixture
def start(template: Image, tested: Image) -> Inspection:
    return {"template": template.id, "tested": tested.id, "usage": Usage()}


@pytest.fixture
def runtime(
    template: Image, tested: Image, workflow: Workflow, comparing: ScriptedModel
) -> Runtime[Context]:
    return Runtime(context=Context(comparing, workflow, Gallery(template, tested)))


@pytest.fixture
def always() -> Callable[..., ScriptedModel]:
    """A model that gives each label named its probability, and the rest to `none`."""

    def model(**probabilities: float) -> ScriptedModel:
        rest = {"none": 1 - sum(probabilities.values())}

        def answer(request: ChooseRequest) -> dict[str, float]:
            return {label: (probabilities | rest).get(label, 0.0) for label in request.answers}

        return ScriptedModel(choosing=answer)

    return model
