"""The log of a command: text or JSON lines on stderr, and nothing from a library."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace

from foveal.agents.scripted import ScriptedModel
from foveal.api import batch
from foveal.json_lines import JsonLines
from foveal.logs import set_up_logs
from foveal.models.protocol import ChooseRequest
from foveal.schemas.errors import BadSetting
from foveal.workflow_file import load_workflow

Boards = tuple[Path, Path]


@pytest.fixture
def written() -> Iterator[StringIO]:
    """What is logged meanwhile, as JSON lines."""
    written, logger = StringIO(), logging.getLogger("foveal")
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield written
    logger.removeHandler(handler)
    logger.setLevel(level)


def lines(written: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def broken(request: ChooseRequest) -> dict[str, float]:
    raise ZeroDivisionError(len(request.answers))


def run_batch(boards: Boards, folder: Path, model: ScriptedModel) -> None:
    workflow = load_workflow("board-compare").model_copy(update={"calibration": {}})
    manifest = folder / "parts.csv"
    manifest.write_text(f"id,template,tested\na 1,{boards[0]},{boards[1]}\n")
    batch(workflow, manifest, out=folder / "out", model=model)


def test_a_line_says_which_run_and_item_it_is_about(
    boards: Boards, tmp_path: Path, written: StringIO
) -> None:
    run_batch(boards, tmp_path, ScriptedModel())
    (line,) = lines(written)
    (ledger,) = (tmp_path / "out").glob("items/*/ledger.jsonl")
    opening = json.loads(ledger.read_text().splitlines()[0])
    assert (line["item"], line["run"]) == ("a 1", opening["sha256"])
    assert (line["level"], line["logger"]) == ("info", "foveal.graphs.run")
    assert line["message"].startswith("board-compare: ")


def test_a_bug_in_an_item_is_a_line_with_its_traceback(
    boards: Boards, tmp_path: Path, written: StringIO
) -> None:
    run_batch(boards, tmp_path, ScriptedModel(choosing=broken))
    (line,) = lines(written)
    assert (line["level"], line["item"]) == ("error", "a 1")
    assert "\nZeroDivisionError: " in line["exception"]


def test_a_line_within_a_span_names_it_and_its_trace(written: StringIO) -> None:
    known = trace.SpanContext(trace_id=0xABC, span_id=0xDEF, is_remote=False)
    with trace.use_span(trace.NonRecordingSpan(known)):
        logging.getLogger("foveal.here").warning("inside %s", "短路")
    logging.getLogger("foveal.here").warning("outside")
    inside, outside = lines(written)
    assert inside["message"] == "inside 短路"
    assert (inside["trace_id"], inside["span_id"]) == (f"{0xABC:032x}", f"{0xDEF:016x}")
    assert not {"trace_id", "span_id", "run", "item"} & outside.keys()


LOGGING = "import logging; logging.getLogger('foveal.here').warning('short of memory')"


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        (None, ""),
        ({}, "WARNING foveal.here: short of memory\n"),
        ({"FOVEAL_LOG_LEVEL": "error"}, ""),
    ],
    ids=["a library", "a command", "errors only"],
)
def test_only_commands_show_their_log(setting: dict[str, str] | None, told: str) -> None:
    command = f"from foveal.logs import set_up_logs; set_up_logs({setting})"
    code = f"import foveal\n{'' if setting is None else command}\n{LOGGING}"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stderr == told


@pytest.mark.parametrize(
    ("name", "value", "fix"),
    [("FOVEAL_LOG", "xml", "json or text"), ("FOVEAL_LOG_LEVEL", "loud", "debug, info")],
)
def test_a_setting_that_is_none_is_refused(name: str, value: str, fix: str) -> None:
    with pytest.raises(BadSetting, match=f"{name} is '{value}': use .*{fix}"):
        set_up_logs({name: value})
