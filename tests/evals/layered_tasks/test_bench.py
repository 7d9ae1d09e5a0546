"""Rungs through inspect-ai, and the whole ladder with the model that ships on four drawn boards."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from inspect_ai.log import list_eval_logs, read_eval_log
from inspect_ai.model import ContentImage

from foveal.agents.scripted import ScriptedModel
from foveal.evals.ablation import run
from foveal.evals.layered_tasks.bench import Bench
from foveal.evals.layered_tasks.climb import LadderFigures
from foveal.evals.layered_tasks.draw import draw_tasks
from foveal.evals.layered_tasks.figures import RungFigures
from foveal.evals.layered_tasks.rungs import ladder, without_each
from foveal.evals.options import EvalOptions
from foveal.evals.pairs import LabelledPair
from foveal.models.protocol import WriteRequest
from foveal.schemas.workflow import Workflow
from foveal.workflow_file import load_workflow

TASKS = 4

Part = Callable[..., LabelledPair]


class Climbed(NamedTuple):
    figures: LadderFigures
    logs: Path
    progress: list[tuple[int, int]]

    @property
    def rungs(self) -> dict[str, RungFigures]:
        return {rung.rung: rung for rung in (*self.figures.ladder, *self.figures.without)}


@pytest.mark.parametrize("kept", [False, True], ids=["thrown away", "kept"])
def test_nothing_is_printed_and_logs_are_kept_where_they_are_asked_for(
    kept: bool,
    workflow: Workflow,
    part: Part,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    bench = Bench(
        workflow=workflow,
        model=ScriptedModel(writing=lambda _: '{"findings": []}'),
        tasks=draw_tasks([part()], workflow),
        logs=tmp_path / "logs" if kept else None,
        told=lambda: None,
    )

    (tried,) = bench.run(ladder()[0])

    assert tried.outcome == "completed"
    assert capfd.readouterr() == ("", "")
    assert [path.name for path in tmp_path.iterdir()] == (["logs"] if kept else [])


def test_a_bug_in_an_attempt_ends_the_eval(workflow: Workflow, part: Part) -> None:
    def fail(_: WriteRequest) -> str:
        raise ZeroDivisionError("a bug")

    bench = Bench(
        workflow=workflow,
        model=ScriptedModel(writing=fail),
        tasks=draw_tasks([part()], workflow),
        logs=None,
        told=lambda: None,
    )

    with pytest.raises(RuntimeError, match="a bug"):
        bench.run(ladder()[0])


@pytest.fixture(scope="module")
def climbed(tmp_path_factory: pytest.TempPathFactory) -> Climbed:
    logs = tmp_path_factory.mktemp("logs")
    progress: list[tuple[int, int]] = []
    options = EvalOptions(
        workflow=load_workflow("board-compare"),
        limit=TASKS,
        logs=logs,
        progress=lambda *done: progress.append(done),
    )
    return Climbed(LadderFigures.model_validate(run(options)), logs, progress)


@pytest.mark.slow
def test_every_rung_is_run_or_left_out_with_a_reason(climbed: Climbed) -> None:
    wanted = {rung.name for rung in (*ladder(), *without_each())}

    assert climbed.rungs.keys() | climbed.figures.skipped.keys() >= wanted
    assert not climbed.rungs.keys() & climbed.figures.skipped.keys()
    assert "no template" in climbed.figures.skipped["model-driven tools"]


@pytest.mark.slow
def test_every_rung_answers_the_same_tasks_at_a_cost_of_its_own(climbed: Climbed) -> None:
    for rung in climbed.rungs.values():
        assert rung.tasks == TASKS
        assert rung.model_calls >= TASKS
        assert rung.image_encodes >= 2 * TASKS
        assert rung.seconds > 0
    assert climbed.rungs["flat"].model_calls == TASKS


@pytest.mark.slow
def test_a_grammar_leaves_less_invalid(climbed: Climbed) -> None:
    """Than the rung below it. What is cut stays invalid, as a list without end of a whole board."""
    invalid = {name: rung.failures.get("invalid", 0) for name, rung in climbed.rungs.items()}

    assert invalid["grammar"] < invalid["thinking"]


@pytest.mark.slow
def test_progress_counts_every_attempt(climbed: Climbed) -> None:
    done, totals = zip(*climbed.progress, strict=True)

    assert done == tuple(range(1, totals[0] + 1))
    assert len(set(totals)) == 1


@pytest.mark.slow
def test_a_log_shows_the_part_every_step_and_the_answer(climbed: Climbed) -> None:
    """But for a part that differs too much to be asked about, which is shown as it is."""
    names = [
        read_eval_log(info, header_only=True).eval.task
        for info in list_eval_logs(str(climbed.logs))
    ]
    assert {"flat", "layers", "thinking", "grammar"} <= set(names)
    for info in list_eval_logs(str(climbed.logs)):
        log = read_eval_log(info, resolve_attachments="full")
        assert log.status == "success"
        for sample in log.samples or []:
            assert sample.scores is not None
            score = sample.scores["completed"]
            unasked = "regions differ, more than" in str(score.explanation)
            pictures = [
                content.image
                for message in sample.messages
                if not isinstance(message.content, str)
                for content in message.content
                if isinstance(content, ContentImage)
            ]
            assert len(pictures) >= (2 if unasked else 4)
            assert all(picture.startswith("data:image/png;base64,") for picture in pictures)
            assert (sample.messages[-1].role != "assistant") == unasked
            assert score.answer == sample.output.completion


@pytest.mark.slow
def test_a_flat_question_is_one_message_and_layers_are_two(climbed: Climbed) -> None:
    roles = {}
    for info in list_eval_logs(str(climbed.logs)):
        log = read_eval_log(info)
        roles[log.eval.task] = [message.role for message in (log.samples or [])[0].messages]

    assert roles["flat"] == ["user", "user", "assistant"]
    assert roles["layers"] == ["user", "system", "user", "assistant"]
