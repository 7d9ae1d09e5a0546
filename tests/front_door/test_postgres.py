"""Checkpoints in PostgreSQL; needs an empty database to write to, named in the environment."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from foveal.agents.inspection import STATE_TYPES
from foveal.agents.scripted import ScriptedModel, first_answer
from foveal.api import batch, compare, resume
from foveal.deciding import read_decision
from foveal.models.protocol import ChooseRequest
from foveal.records.postgres import open_postgres
from foveal.reviewing import decide
from foveal.schemas.errors import BadRecord
from foveal.workflow_file import load_workflow

Boards = tuple[Path, Path]
URL = os.environ.get("FOVEAL_TEST_POSTGRES")  # noqa: TID251 - where this machine has a server

needs_server = pytest.mark.skipif(URL is None, reason="FOVEAL_TEST_POSTGRES names no database")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    assert URL is not None
    monkeypatch.setenv("FOVEAL_CHECKPOINTS", URL)
    yield URL
    with open_postgres(URL, run="anything", types=STATE_TYPES) as kept:
        assert list(kept.saver.list(None)) == [], "what has ended is forgotten"


@needs_server
def test_a_run_goes_on_from_a_database(server: str, boards: Boards, tmp_path: Path) -> None:
    out, asked = tmp_path / "run", []

    def dying(request: ChooseRequest) -> dict[str, float]:
        asked.append(request)
        if len(asked) == 1:
            raise KeyboardInterrupt
        return first_answer(request)

    model = ScriptedModel(choosing=dying)
    with pytest.raises(KeyboardInterrupt):
        compare(*boards, out=out, model=model)
    assert not list(out.glob("checkpoints*"))
    with open_postgres(server, run="anything", types=STATE_TYPES) as kept:
        assert list(kept.saver.list(None, limit=1)), "it stands in the database"
    expected = compare(*boards, out=tmp_path / "whole", model=model)
    assert resume(out, model=model) == expected


@needs_server
@pytest.mark.usefixtures("server")
def test_runs_of_a_batch_share_a_database(boards: Boards, tmp_path: Path) -> None:
    manifest = tmp_path / "parts.csv"
    rows = [f"{number},{boards[0]},{boards[1]}" for number in range(8)]
    manifest.write_text("\n".join(["id,template,tested", *rows]))
    done = batch("board-compare", manifest, out=tmp_path / "out", model=ScriptedModel())
    assert done.errors == 0


@needs_server
@pytest.mark.usefixtures("server")
def test_a_run_waits_in_a_database(boards: Boards, tmp_path: Path) -> None:
    shipped = load_workflow("board-compare")
    unsure = shipped.decision.model_copy(update={"review": (0.0, 1.0)})
    workflow = shipped.model_copy(update={"decision": unsure, "calibration": {}})
    model = ScriptedModel(choosing=lambda asked: dict.fromkeys(asked.answers, 0.2))
    assert (
        compare(*boards, out=tmp_path / "run", workflow=workflow, model=model).verdict == "review"
    )
    decision = read_decision(accept=True, reject=False, relabel=None, by="M. Lee", reason="seen")
    assert decision is not None
    assert decide(tmp_path / "run", None, decision).report.verdict == "fail"


def test_a_server_that_is_not_there_is_named_without_its_url() -> None:
    url = "postgresql://user:secret@localhost:1/none"
    with (
        pytest.raises(BadRecord, match="cannot be reached") as refused,
        open_postgres(url, run="a", types=()),
    ):
        pass
    assert "secret" not in str(refused.value)
