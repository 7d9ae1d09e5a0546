"""A run tells OpenTelemetry what it did, in its conventions, and nothing of what it saw."""

from collections.abc import Callable
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind, StatusCode

from foveal.agents.scripted import ScriptedModel
from foveal.api import batch, compare
from foveal.models.protocol import ChooseRequest
from foveal.schemas.workflow import Workflow
from foveal.workflow_file import load_workflow

Boards = tuple[Path, Path]
Spans = Callable[[], list[ReadableSpan]]


@pytest.fixture(scope="module")
def workflow() -> Workflow:
    return load_workflow("board-compare").model_copy(update={"calibration": {}})


def broken(request: ChooseRequest) -> dict[str, float]:
    raise ZeroDivisionError(str(request))


def named(spans: list[ReadableSpan], name: str) -> ReadableSpan:
    (found,) = (span for span in spans if span.name == name)
    return found


def path(span: ReadableSpan, spans: list[ReadableSpan]) -> list[str]:
    """Names from the root to it."""
    names = [span.name]
    while span.parent is not None:
        above = span.parent.span_id
        (span,) = (known for known in spans if known.context.span_id == above)
        names.insert(0, span.name)
    return names


def test_a_run_holds_its_nodes_and_they_their_calls_and_tools(
    boards: Boards, tmp_path: Path, workflow: Workflow, spans: Spans
) -> None:
    compare(*boards, out=tmp_path / "run", workflow=workflow, model=ScriptedModel())
    told = spans()
    assert ["/".join(path(span, told)) for span in told] == [
        "invoke_workflow board-compare",
        "invoke_workflow board-compare/node align",
        "invoke_workflow board-compare/node align/execute_tool align",
        "invoke_workflow board-compare/node propose",
        "invoke_workflow board-compare/node propose/execute_tool propose",
        "invoke_workflow board-compare/invoke_agent judge",
        "invoke_workflow board-compare/invoke_agent judge/chat scripted",
        "invoke_workflow board-compare/invoke_agent verify",
        "invoke_workflow board-compare/node decide",
        "invoke_workflow board-compare/node review",
    ]


def test_attributes_are_those_of_the_conventions(
    boards: Boards, tmp_path: Path, workflow: Workflow, spans: Spans
) -> None:
    model = ScriptedModel(name="a model", revision="7" * 64)
    report = compare(*boards, out=tmp_path / "run", workflow=workflow, model=model)
    told = spans()
    assert {span.kind for span in told} == {SpanKind.INTERNAL}, "the model runs in this process"
    run = named(told, "invoke_workflow board-compare").attributes or {}
    assert run["gen_ai.operation.name"] == "invoke_workflow"
    assert run["gen_ai.agent.name"] == "board-compare"
    assert run["foveal.verdict"] == report.verdict
    assert run["foveal.images"] == tuple(image.id for image in report.images)
    judge = named(told, "invoke_agent judge").attributes or {}
    assert judge["gen_ai.operation.name"] == "invoke_agent"
    assert judge["gen_ai.agent.name"] == "judge"
    tool = named(told, "execute_tool align").attributes or {}
    assert tool["gen_ai.operation.name"] == "execute_tool"
    assert tool["gen_ai.tool.name"] == "align"
    chat = named(told, "chat a model").attributes or {}
    assert chat["gen_ai.operation.name"] == "chat"
    assert chat["gen_ai.provider.name"] == "foveal"
    assert chat["gen_ai.request.model"] == "a model"
    assert chat["gen_ai.response.model"] == "7" * 64
    usage = report.usage
    assert chat["gen_ai.usage.input_tokens"] == usage.prefill_tokens + usage.cached_tokens
    assert chat["gen_ai.usage.output_tokens"] == usage.new_tokens


def test_spans_hold_neither_pixels_nor_what_a_model_was_told(
    boards: Boards, tmp_path: Path, workflow: Workflow, spans: Spans
) -> None:
    model = ScriptedModel()
    compare(*boards, out=tmp_path / "run", workflow=workflow, model=model)
    parts = [part for asked in model.chosen for turn in asked.conversation for part in turn.parts]
    lines = {line for part in parts if isinstance(part, str) for line in part.splitlines() if line}
    assert lines
    for span in spans():
        for value in (span.attributes or {}).values():
            texts = [value] if isinstance(value, str) else value if isinstance(value, tuple) else []
            assert not lines & {*texts}
            assert all(len(text) <= 68 for text in texts if isinstance(text, str)), "a hash at most"
            assert not isinstance(value, bytes)


def test_a_run_that_fails_is_an_error_of_which_only_the_type_is_told(
    boards: Boards, tmp_path: Path, workflow: Workflow, spans: Spans
) -> None:
    with pytest.raises(ZeroDivisionError):
        compare(
            *boards, out=tmp_path / "run", workflow=workflow, model=ScriptedModel(choosing=broken)
        )
    failed = [span for span in spans() if span.status.status_code is StatusCode.ERROR]
    assert [span.name for span in failed] == [
        "invoke_workflow board-compare",
        "invoke_agent judge",
        "chat scripted",
    ]
    for span in failed:
        assert (span.attributes or {})["error.type"] == "ZeroDivisionError"
        assert (span.status.description, span.events) == (None, ())


def test_the_items_of_a_batch_are_its_children(
    boards: Boards, tmp_path: Path, workflow: Workflow, spans: Spans
) -> None:
    rows = [f"{name},{boards[0]},{boards[1]}" for name in "abc"] + [f"d,{boards[0]},gone.png"]
    manifest = tmp_path / "parts.csv"
    manifest.write_text("\n".join(["id,template,tested", *rows]))
    batch(workflow, manifest, out=tmp_path / "out", model=ScriptedModel(), jobs=3)
    told = spans()
    items = {
        (span.attributes or {})["foveal.item.id"]: span for span in told if span.name == "item"
    }
    assert sorted(map(str, items)) == ["a", "b", "c", "d"]
    assert {tuple(path(item, told)) for item in items.values()} == {("batch", "item")}
    runs = [span for span in told if span.name == "invoke_workflow board-compare"]
    assert len(runs) == 3
    assert {tuple(path(run, told)[:2]) for run in runs} == {("batch", "item")}
    assert (items["d"].attributes or {})["error.type"] == "BadImage"
    assert items["d"].status.status_code is StatusCode.ERROR
