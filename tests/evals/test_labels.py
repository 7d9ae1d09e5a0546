"""Data is scored under the workflow's terms, whichever names it uses."""

import pytest

from foveal.evals.labels import in_terms_of, require_labels
from foveal.evals.matching import Truth
from foveal.evals.pairs import LabelledPair
from foveal.schemas.box import Box
from foveal.schemas.errors import BadLabel, BadWorkflow
from foveal.schemas.workflow import LabelDefinition, Workflow
from foveal.tools.image import Image

BOX = Box(0, 0, 4, 4)


@pytest.fixture
def chinese() -> Workflow:
    labels = [
        LabelDefinition(name="断路", meaning="铜被切断", aliases=["open"]),
        LabelDefinition(name="正常", meaning="没有缺陷", aliases=["none"]),
    ]
    return Workflow(name="boards", subject="电路板", language="zh", labels=labels, harmless="正常")


def labelled(label: str) -> LabelledPair:
    def unread() -> tuple[Image, Image]:
        raise AssertionError

    return LabelledPair("0001", (Truth(label, BOX),), unread)


def test_labels_of_the_data_may_be_any_name_of_a_defect(chinese: Workflow) -> None:
    require_labels(chinese, ["open", "断路"])

    (pair,) = in_terms_of(chinese, [labelled("Open")])
    assert pair.truths == (Truth("断路", BOX),)


def test_a_label_outside_the_glossary_is_refused(chinese: Workflow) -> None:
    with pytest.raises(BadLabel, match="no label is called 'dent': use one of 断路, 正常"):
        in_terms_of(chinese, [labelled("dent")])


@pytest.mark.parametrize("label", ["dent", "none"])
def test_labels_that_are_no_defects_are_refused_before_anything_is_read(
    chinese: Workflow, label: str
) -> None:
    with pytest.raises(BadWorkflow, match=rf"'boards' has no labels \['{label}'\]"):
        require_labels(chinese, ["open", label])
