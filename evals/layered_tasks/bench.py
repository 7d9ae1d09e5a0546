"""The tasks under one rung as an inspect-ai task: a data set, a solver, a scorer and a log."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from anyio import CapacityLimiter, to_thread
from inspect_ai import Task
from inspect_ai import eval as run_inspect
from inspect_ai.log import EvalLog
from inspect_ai.model import ModelOutput
from inspect_ai.scorer import Score, Scorer, Target, accuracy, scorer
from inspect_ai.solver import Generate, Solver, TaskState, solver

from foveal.evals.layered_tasks.attempt import Attempt, attempt
from foveal.evals.layered_tasks.messages import messages_of
from foveal.evals.layered_tasks.rungs import Rung
from foveal.evals.layered_tasks.samples import sample
from foveal.evals.layered_tasks.task import LayeredTask
from foveal.evals.layered_tasks.tried import Tried
from foveal.models.protocol import Recalling, VisionLanguageModel
from foveal.schemas.workflow import Workflow

IN_FLIGHT = 16
"""Parts at a time, whose questions the model joins into batches."""


@dataclass(frozen=True, kw_only=True)
class Bench:
    workflow: Workflow
    model: VisionLanguageModel
    tasks: Sequence[LayeredTask]
    logs: Path | None
    """Where logs with every step and picture are kept; None keeps none."""

    told: Callable[[], None]
    """Called after each attempt."""

    def run(self, rung: Rung) -> list[Tried]:
        """In the order of the tasks. Nothing is recalled of the rungs before."""
        if isinstance(self.model, Recalling):
            self.model.forget_all()
        with TemporaryDirectory() as unkept:
            tried = _tried(_logged(self._task(rung), self.logs or Path(unkept)))
        return [tried[task.name] for task in self.tasks]

    def _task(self, rung: Rung) -> Task:
        made: dict[str, Attempt] = {}
        return Task(
            name=rung.name.replace(" ", "-"),
            dataset=[sample(task, self.workflow) for task in self.tasks],
            solver=self._solver(rung, made),
            scorer=self._scorer(made),
            metadata={"model": self.model.name, "revision": self.model.revision},
        )

    def _solver(self, rung: Rung, made: dict[str, Attempt]) -> Solver:
        tasks = {task.name: task for task in self.tasks}
        threads = CapacityLimiter(IN_FLIGHT)

        @solver(name=rung.name)  # type: ignore[untyped-decorator]  # inspect-ai is read untyped
        def trying() -> Solver:
            async def solve(state: TaskState, generate: Generate) -> TaskState:
                del generate  # the model answers through foveal's own graphs
                task = tasks[str(state.sample_id)]
                done = await to_thread.run_sync(
                    attempt, task, rung.switches, self.workflow, self.model, limiter=threads
                )
                made[task.name] = done
                if self.logs is not None:
                    state.messages += list(messages_of(done.steps))
                state.output = ModelOutput.from_content(self.model.name, done.text)
                self.told()
                return state

            return solve

        return trying()

    def _scorer(self, made: dict[str, Attempt]) -> Scorer:
        tasks = {task.name: task for task in self.tasks}

        @scorer(metrics=[accuracy()], name="completed")  # type: ignore[untyped-decorator]  # as above
        def completing() -> Scorer:
            async def score(state: TaskState, target: Target) -> Score:
                del target  # it is there for whoever reads the log
                task = tasks[str(state.sample_id)]
                done = made.pop(task.name)
                tried = Tried.of(task, done)
                return Score(
                    value=tried.completed,
                    answer=done.text,
                    explanation=f"{tried.outcome} {tried.why}".strip(),
                    metadata=tried.model_dump(mode="json"),
                )

            return score

        return completing()


def _logged(task: Task, folder: Path) -> EvalLog:
    """Run without a display; an attempt that ends in a bug ends the eval."""
    (log,) = run_inspect(
        task,
        model=None,
        display="none",
        log_dir=str(folder),
        log_level="warning",
        log_images=True,
        max_samples=IN_FLIGHT,
        epochs=1,
        acp_server=False,
        ctl_server=False,
    )
    if log.status == "cancelled":
        raise KeyboardInterrupt
    if log.error is not None:
        raise RuntimeError(log.error.traceback)
    return log


def _tried(log: EvalLog) -> dict[str, Tried]:
    """By task; read while the file is there, since a log loads its samples when asked for them."""
    return {
        sample.id: Tried.model_validate(sample.scores["completed"].metadata)
        for sample in log.samples
    }
