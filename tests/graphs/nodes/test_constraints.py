from foveal.graphs.nodes.constraints import constrained
from foveal.schemas.box import Box
from foveal.schemas.constraint import Constraint
from foveal.schemas.finding import Finding
from foveal.schemas.language import Language
from foveal.schemas.workflow import LabelDefinition, Workflow

LARGE = Constraint(
    sentence="Report only what is larger than 2 mm.",
    finding={"properties": {"size_mm": {"exclusiveMinimum": 2}}},
)
NO_SPUR = Constraint(
    sentence="Leave out spurs.", finding={"properties": {"label": {"not": {"const": "spur"}}}}
)
KIND = Constraint(sentence="Be kind.")


def finding(label: str, size_mm: float | None) -> Finding:
    return Finding(label=label, box_px=Box(0, 0, 9, 9), size_mm=size_mm, confidence=1, evidence=[])


def workflow(*constraints: Constraint) -> Workflow:
    labels = [LabelDefinition(name=name, meaning=name) for name in ("open", "spur", "none")]
    return Workflow(
        name="w", subject="s", labels=labels, harmless="none", constraints=list(constraints)
    )


def test_what_breaks_a_constraint_is_removed_under_its_sentence() -> None:
    small, large = finding("open", 1), finding("open", 3)

    kept, removed = constrained([small, large], workflow(KIND, LARGE))

    assert kept == [large]
    assert [(out.finding, out.constraint) for out in removed] == [(small, LARGE.sentence)]


def test_what_breaks_two_constraints_is_removed_once_under_the_first() -> None:
    _, removed = constrained([finding("spur", 1)], workflow(NO_SPUR, LARGE))

    assert [out.constraint for out in removed] == [NO_SPUR.sentence]


def test_what_could_not_be_measured_is_kept() -> None:
    unmeasured = finding("open", None)

    assert constrained([unmeasured], workflow(LARGE)).kept == [unmeasured]


def test_a_sentence_alone_removes_nothing() -> None:
    assert constrained([finding("open", 1)], workflow(KIND)).removed == []


def test_a_sentence_in_two_languages_is_reported_in_the_first() -> None:
    sentence: dict[Language, str] = {"zh": "不要报告毛刺。", "en": "Leave out spurs."}
    rules = workflow(Constraint(sentence=sentence, finding=NO_SPUR.finding))

    (out,) = constrained([finding("spur", 1)], rules).removed

    assert out.constraint == "不要报告毛刺。"
