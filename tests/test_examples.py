"""Each example runs as its docstring says."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BOARDS = ROOT / "examples/boards"

pytestmark = pytest.mark.slow


def run(example: str, *arguments: str) -> str:
    command = [sys.executable, str(ROOT / "examples" / example), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_graph_of_one_node_answers_with_one_of_the_answers() -> None:
    question = ("Is the trace cut?", "yes", "no")

    said = run("ask_in_a_graph.py", str(BOARDS / "tested.png"), *question)

    assert said.strip() in {"yes", "no"}


def test_drawing_boards_gives_those_that_ship(tmp_path: Path) -> None:
    run("draw_boards.py", str(tmp_path))

    drawn = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert drawn == {path.name: path.read_bytes() for path in BOARDS.iterdir()}


def test_a_form_of_ones_own_is_filled_in_or_refused(tmp_path: Path) -> None:
    pictures = [str(BOARDS / name) for name in ("template.png", "tested.png")]

    said = json.loads(run("own_form.py", *pictures, str(tmp_path / "run")))

    if said["document"] is None:
        assert said["sources"] == {}
    else:
        assert set(said["document"]) == {"verdict", "count", "worst_box"}
        assert {"/count", "/verdict"} <= set(said["sources"])


def test_a_night_ends_with_a_file_for_ci(tmp_path: Path) -> None:
    said = run("night.py", str(tmp_path))

    assert said.startswith("{'pass': 1, 'fail': 1, 'review': 0} 1 errors")
    assert (tmp_path / "ci" / "junit.xml").exists()
    assert run("night.py", str(tmp_path)) == said
