"""What is written of a drawn board with defects, by rule and by the model that ships."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from jsonschema_rs import validator_for

from foveal.agents.inlined import inlined
from foveal.agents.scripted import ScriptedModel
from foveal.graphs.run import run_one
from foveal.models.load import load_model
from foveal.models.protocol import (
    ChooseRequest,
    JsonSchema,
    VisionLanguageModel,
)
from foveal.schemas.pointer import steps_of
from foveal.schemas.report import Report
from foveal.schemas.workflow import Document, Workflow
from foveal.tools.image import Image, Pixels
from foveal.workflow_file import load_workflow

SCHEMA = {
    "type": "object",
    "properties": {
        "verdict": {"enum": ["pass", "fail", "review"]},
        "n": {"type": "integer", "description": "how many findings"},
        "text": {"type": "string"},
    },
    "required": ["verdict", "n", "text"],
}
Choosing = Callable[[ChooseRequest], Mapping[str, float]]
Run = Callable[..., Report]


class Ledger:
    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, Any]]] = []

    def image(self, image_id: str, pixels: Pixels) -> None: ...

    def append(self, kind: str, **data: object) -> None:
        self.lines.append((kind, data))

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [data for known, data in self.lines if known == kind]


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def asking(workflow: Workflow) -> Workflow:
    asked = Document(schema=SCHEMA, instruction="Write it down.")
    return workflow.model_copy(update={"document": asked})


@pytest.fixture
def written(
    asking: Workflow,
    template: Image,
    tested: Image,
    ledger: Ledger,
    choosing: Choosing,
) -> Run:
    """The report where these texts are written one after another."""

    def run(*texts: str, workflow: Workflow = asking) -> Report:
        left = list(texts)
        model = ScriptedModel(choosing=choosing, writing=lambda _: left.pop(0))
        report = run_one(workflow, model, template, tested, recorder=ledger, date="2026-11-25")
        assert not left
        return report

    return run


@pytest.fixture
def choosing(comparing: ScriptedModel) -> Choosing:
    return comparing.choosing


@pytest.fixture(scope="module")
def tiny() -> VisionLanguageModel:
    return load_model("tiny")


def answer(**values: object) -> str:
    return json.dumps({"verdict": "fail", "n": 6, "text": "cut", **values})


@pytest.fixture
def found(workflow: Workflow, template: Image, tested: Image, comparing: ScriptedModel) -> Report:
    """Without a document."""
    return run_one(workflow, comparing, template, tested)


def at(report: Report, pointer: str) -> object:
    value: Any = report.model_dump(mode="json")
    for step in steps_of(pointer):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def test_a_document_is_written_from_the_findings(
    written: Run, found: Report, ledger: Ledger
) -> None:
    count = len(found.findings)

    report = written(answer(n=count))

    assert report.document == {"verdict": "fail", "n": count, "text": "cut"}
    assert report.sources == {"/verdict": "/verdict", "/n": "/facts/count/all"}
    assert (report.verdict, report.reason) == (found.verdict, found.reason)
    assert report.findings == found.findings
    assert report.usage.model_calls == found.usage.model_calls + 1
    assert at(report, "/facts/count/all") == count
    (line,) = ledger.of("document")
    assert line == {"attempt": 1, "sources": report.sources, "untold": []}
    assert ledger.of("write")[0]["text"] == answer(n=count)


def test_the_model_is_told_what_is_wrong_and_asked_again(
    written: Run, found: Report, ledger: Ledger
) -> None:
    report = written(answer(n=77), answer(n=len(found.findings)))

    assert report.document is not None
    (again,) = ledger.of("asked again")
    assert again["user"].startswith("The facts do not say this")
    assert [line["untold"] for line in ledger.of("document")] == [
        ["/n: 77, which no fact of that name says"],
        [],
    ]


def test_a_document_that_stays_wrong_is_refused_and_the_findings_stay(
    written: Run, found: Report, ledger: Ledger
) -> None:
    report = written(answer(n=77), answer(text="9999 of them"))

    assert report.document is None
    assert report.sources == {}
    assert report.verdict == found.verdict == "fail"
    assert report.reason.startswith(f"{found.reason}; the document was refused: ")
    assert "9999, which no fact of that name says" in report.reason
    assert report.findings == found.findings
    assert len(ledger.of("document refused")) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no JSON", "the text is no JSON"),
        (answer(verdict="bad"), '"bad" is not one of'),
        (answer(verdict="pass"), '/verdict: "pass", which no fact of that name says'),
        (" x" * 3000, "the text was cut after"),
    ],
)
def test_what_is_not_the_document_asked_for_is_refused(
    written: Run, asking: Workflow, text: str, said: str
) -> None:
    assert asking.document is not None
    once = asking.document.model_copy(update={"attempts": 1})

    report = written(text, workflow=asking.model_copy(update={"document": once}))

    assert report.document is None
    assert said in report.reason


def test_a_schema_that_the_findings_cannot_fill_is_refused_without_asking(
    written: Run, asking: Workflow
) -> None:
    assert asking.document is not None
    many = {
        "type": "object",
        "properties": {"n": {"type": "integer", "minimum": 50}},
        "required": ["n"],
    }
    asked = asking.document.model_copy(update={"json_schema": many})

    report = written(workflow=asking.model_copy(update={"document": asked}))

    assert report.document is None
    assert report.reason.endswith("refused: what its schema requires is in no fact")


def test_the_reporter_is_told_facts_and_bound_by_a_grammar(
    asking: Workflow, template: Image, tested: Image, comparing: ScriptedModel, found: Report
) -> None:
    comparing.writing = lambda _: answer(n=len(found.findings))

    run_one(asking, comparing, template, tested, date="2026-11-25")

    (request,) = comparing.written
    text = str(request.conversation[1].parts[0])
    assert "2026-11-25" in text
    assert all(f"[{','.join(map(str, known.box_px))}]" in text for known in found.findings)
    assert text.endswith("Write it down.\n- verdict (pass | fail | review)\n"
                         "- n (integer): how many findings\n- text (string)")  # fmt: skip
    assert isinstance(request.grammar, JsonSchema)
    valid = validator_for(dict(request.grammar.schema)).is_valid
    assert valid({"verdict": "fail", "n": len(found.findings), "text": ""})
    assert not valid({"verdict": "fail", "n": 77, "text": ""})


def test_parts_that_cannot_be_compared_are_documented_too(
    asking: Workflow, template: Image, other_board: Image, comparing: ScriptedModel
) -> None:
    comparing.writing = lambda _: answer(verdict="review", n=0)

    report = run_one(asking, comparing, template, other_board)

    assert report.document == {"verdict": "review", "n": 0, "text": "cut"}
    assert report.facts["date"] is None


def test_a_good_part_without_the_document_asked_for_is_for_a_person(
    asking: Workflow, template: Image
) -> None:
    model = ScriptedModel(writing=lambda _: answer(n=77))

    report = run_one(asking, model, template, template)

    assert report.verdict == "review"
    assert report.reason.startswith("nothing differs; the document was refused: ")


@pytest.mark.parametrize("name", ["board-8d", "board-incoming", "board-summary"])
def test_the_model_that_ships_writes_what_can_be_traced_or_is_refused(
    name: str, template: Image, tested: Image, tiny: VisionLanguageModel
) -> None:
    workflow = load_workflow(name)
    assert workflow.document is not None

    report = run_one(workflow, tiny, template, tested, date="2026-11-25")

    if report.document is None:
        assert report.verdict != "pass"
        assert "the document was refused" in report.reason
    else:
        assert validator_for(inlined(workflow.document.json_schema)).is_valid(report.document)
        assert {pointer.split("/")[1] for pointer in report.sources.values()} <= {
            "facts", "findings", "coverage", "verdict", "workflow",
        }  # fmt: skip
        for pointer in report.sources.values():
            at(report, pointer)
