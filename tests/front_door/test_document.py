"""A workflow that asks for a document: its schema is read and checked before a model is loaded."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import foveal
from foveal.agents.scripted import ScriptedModel
from foveal.cli import exit_code
from foveal.schemas.errors import BadWorkflow
from foveal.workflow_file import SHIPPED, load_workflow

Boards = tuple[Path, Path]
Written = Callable[..., Path]
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"n": {"type": "integer"}, "day": {"type": "string", "format": "date"}},
    "required": ["n"],
}


@pytest.fixture
def asking(written: Written, tmp_path: Path) -> Callable[..., Path]:
    """A workflow file beside the file of its schema."""

    def write(schema: str, added: str = "", *, name: str = "my.schema.json") -> Path:
        (tmp_path / name).write_text(schema, encoding="utf-8")
        asked = f"document:\n  schema: {name}\n  instruction: Count.\n{added}"
        return written(added=asked)

    return write


def refusal(path: Path) -> str:
    with pytest.raises(BadWorkflow) as refused:
        load_workflow(path)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_a_workflow_holds_what_the_file_it_names_says(asking: Callable[..., Path]) -> None:
    document = load_workflow(asking(json.dumps(SCHEMA))).document

    assert document is not None
    assert (document.json_schema, document.instruction) == (SCHEMA, "Count.")


def test_a_copy_of_a_shipped_workflow_finds_the_schema_that_ships(tmp_path: Path) -> None:
    copy = tmp_path / "mine.yaml"
    copy.write_bytes((SHIPPED / "board-8d.yaml").read_bytes())

    assert load_workflow(copy) == load_workflow("board-8d")


@pytest.mark.parametrize("name", ["board-8d", "board-incoming", "board-summary"])
def test_shipped_documents_leave_the_calibration_in_place(name: str) -> None:
    assert load_workflow(name).calibration == load_workflow("board-compare").calibration
    assert load_workflow(name, language="zh").document is not None


def number(**limits: object) -> str:
    return json.dumps({**SCHEMA, "properties": {"n": {"type": "integer", **limits}}})


WRONG: dict[str, tuple[str, str]] = {
    "no JSON": ('{"type": ', "is not JSON (Expecting value"),
    "no object": ("[1]", "holds no JSON object: write one, such as"),
    "no schema": ('{"type": "objekt"}', "document.schema: this JSON Schema cannot be enforced"),
    "a reference elsewhere": ('{"$ref": "http://localhost:9/x.json"}', "never fetched"),
    "a reference to nothing": ('{"$ref": "#/$defs/x"}', "document.schema: "),
    "a document in itself": (
        '{"type": "object", "properties": {"a": {"$ref": "#"}}}',
        "holds '#' inside itself: ask for a document of a fixed depth",
    ),
    "too large a count": (
        number(minimum=201),
        "asks at '/n' for a number that no finding or count",
    ),
    "a negative count": (number(maximum=-1), "asks at '/n' for a number that no finding or count"),
    "an odd enum": (number(enum=[900, 1000]), "asks at '/n' for a number that no finding or count"),
}


@pytest.mark.parametrize(("schema", "said"), WRONG.values(), ids=WRONG)
def test_a_schema_that_nothing_can_be_written_under_is_refused(
    asking: Callable[..., Path], schema: str, said: str
) -> None:
    assert said in refusal(asking(schema))


@pytest.mark.parametrize("limits", [{"minimum": 200}, {"const": 900}, {"maximum": 0}])
def test_limits_that_a_count_or_a_constant_can_keep_are_taken(
    asking: Callable[..., Path], limits: dict[str, int]
) -> None:
    assert load_workflow(asking(number(**limits))).document


ODD: dict[str, dict[str, Any]] = {
    "an older draft": {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "properties": {"n": {"type": "integer", "minimum": 0, "exclusiveMinimum": True}},
        "required": ["n"],
    },
    "properties that are true or false": {"properties": {"a": True, "b": False}},
    "properties called as keywords are": {
        "properties": {"enum": {"type": "integer"}, "const": {"$ref": "#/$defs/n"}},
        "$defs": {"n": {"type": "number"}},
    },
    "no properties": {},
    "lists of lists": {"items": {"items": {"items": {"type": "number"}}}},
    "items that are none": {"type": "array", "items": False},
    "several in place": {"type": "array", "prefixItems": [{"type": "integer"}, True]},
    "required and not described": {"type": "object", "required": ["a"]},
}


@pytest.mark.parametrize("schema", ODD.values(), ids=ODD)
def test_odd_schemas_are_taken_and_lead_to_a_report(
    asking: Callable[..., Path], boards: Boards, tmp_path: Path, schema: dict[str, Any]
) -> None:
    inputs = dict(zip(("template", "tested"), boards, strict=True))
    model = ScriptedModel(writing=lambda _: "{}")

    report = foveal.run(asking(json.dumps(schema)), inputs, out=tmp_path / "run", model=model)

    assert report.document == {} or "the document was refused" in report.reason


def test_a_missing_schema_file_is_named(written: Written, tmp_path: Path) -> None:
    path = written(added="document: {schema: none.json, instruction: Count.}\n")

    missing = str(tmp_path / "none.json")
    assert refusal(path) == f"there is no schema {missing!r}: check the name, or write the file"


BAD_SECTIONS = {
    "{instruction: Count.}": "document.schema is missing: add it",
    "{schema: {type: object}, instruction: Count.}": "it should be the name of a file with a JSON",
    "{schema: my.schema.json}": "document.instruction is missing: add it",
    "{schema: my.schema.json, instruction: C., atempts: 3}": "did you mean 'attempts'?",
    "{schema: my.schema.json, instruction: C., regions: {top: [0, 0, 0, 9]}}": "is no box",
}


@pytest.mark.parametrize(("section", "said"), BAD_SECTIONS.items())
def test_a_section_that_is_wrong_is_refused_with_its_place(
    written: Written, asking: Callable[..., Path], section: str, said: str
) -> None:
    asking(json.dumps(SCHEMA))

    assert said in refusal(written(added=f"document: {section}\n"))


def test_layers_of_the_reporter_can_be_worded_otherwise(asking: Callable[..., Path]) -> None:
    layer = "instructions: {report: {system: 'Write on {{ subject }}: {{ facts.verdict }}.'}}\n"
    broken = "instructions: {report: {visual: '{{ fact.verdict }}'}}\n"

    assert "report" in load_workflow(asking(json.dumps(SCHEMA), layer)).instructions
    assert "'fact' is undefined" in refusal(asking(json.dumps(SCHEMA), broken))


def test_a_run_writes_its_document_and_says_where(
    asking: Callable[..., Path], boards: Boards, tmp_path: Path
) -> None:
    model = ScriptedModel(writing=lambda _: '{"n":1}')
    inputs = dict(zip(("template", "tested"), boards, strict=True))
    out = tmp_path / "run"

    report = foveal.run(asking(json.dumps(SCHEMA)), inputs, out=out, model=model)

    assert report.document == json.loads((out / "document.json").read_bytes()) == {"n": 1}
    assert len(report.facts["date"]) == len("2026-11-25")
    assert '"kind":"document"' in (out / "ledger.jsonl").read_text().replace('": "', '":"')


def test_the_shipped_model_writes_a_document_from_the_command_line(
    boards: Boards, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"

    code = exit_code(["run", "board-incoming", *map(str, boards), "--out", str(out)])

    said, report = capsys.readouterr().out, json.loads((out / "report.json").read_bytes())
    assert code == {"pass": 0, "fail": 1, "review": 3}[report["verdict"]]
    assert (out / "document.json").exists() == (report["document"] is not None)
    assert (f"Document: {out / 'document.json'}" in said) == (report["document"] is not None)
