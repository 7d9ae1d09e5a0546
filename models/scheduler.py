"""Joins what several threads ask at the same time into batches.

There is no thread of its own: of those that wait, one leads a round, which answers a batch of
questions or begins a batch of replies, and takes the replies under way one pass further. Whoever
asks while a round runs is in the next one, so requests of many runs meet as soon as the model is
busy, and a lone request waits for nobody.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from logging import getLogger
from threading import Condition

from foveal.models.batches import batches
from foveal.models.choosing import Question, choose
from foveal.models.draft import always
from foveal.models.job import Job
from foveal.models.out_of_memory import is_out_of_memory, let_go, too_large
from foveal.models.runner import Runner
from foveal.models.shrinking import shrink
from foveal.models.writing import Task, Writing

_LOG = getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """Of one pass."""

    rows: int = 32
    tokens: int = 16_384
    """Of padded prompts; bounds the memory for keys and values, 2.4 GB on an 8B in bf16."""

    block: int | None = None
    """Tokens of a prompt that are read at once; None reads all of it."""


USUAL_LIMITS = Limits()
REPEATABLE = Limits(rows=1, block=64)
"""Bit for bit the same answers, whatever else is asked at the same time or was asked before."""


class Scheduler:
    def __init__(self, runner: Runner, limits: Limits = USUAL_LIMITS) -> None:
        self._runner, self._limits = runner, limits
        self._writing = Writing(runner)
        self._changed = Condition()
        self._leading = False
        self._room: int | None = None
        """Replies written at a time, from when memory was short until all is done."""
        self._waiting: list[Job] = []
        """Oldest first."""

    def finish(self, jobs: Sequence[Job]) -> None:
        """Returns when all are done; raises what went wrong with the first that failed."""
        with self._changed:
            self._waiting += [job for job in jobs if not job.done]
        self._lead(jobs)

    def follow(self, task: Task) -> Iterator[None]:
        """Comes back whenever the answer has grown; left early, it ends the writing."""
        task.followed = True
        with self._changed:
            self._waiting += [] if task.done else [task]
        try:
            while not task.done:
                self._go_on(task, known=len(task.answer))
                yield
        finally:
            task.draft.out_of_time = always
            self._lead([task])

    def _go_on(self, task: Task, *, known: int) -> None:
        """One round, by whoever leads."""
        with self._changed:
            self._changed.wait_for(
                lambda: not self._leading or task.done or len(task.answer) > known
            )
            if self._leading or task.done or len(task.answer) > known:
                return
            self._leading = True
        self._round()

    def _lead(self, jobs: Sequence[Job]) -> None:
        while self._must_lead(jobs):
            self._round()
        for job in jobs:
            if job.error is not None:
                raise job.error

    @contextmanager
    def between_rounds(self) -> Iterator[None]:
        """No round runs within."""
        with self._changed:
            self._changed.wait_for(lambda: not self._leading)
            yield

    def _must_lead(self, jobs: Sequence[Job]) -> bool:
        """Waits while another leads; whether the jobs are then still to be done."""
        with self._changed:
            self._changed.wait_for(lambda: not self._leading or all(job.done for job in jobs))
            if all(job.done for job in jobs):
                return False
            self._leading = True
            return True

    def _round(self) -> None:
        batch: list[Job] = []
        try:
            batch = self._take()
            with self._runner.inference():
                self._begin(batch)
                self._step()
        except BaseException as interrupt:
            _fail([*batch, *self._writing.abandon()], interrupt)
            raise
        finally:
            with self._changed:
                self._leading = False
                if not self._waiting and not len(self._writing):
                    self._room = None
                self._changed.notify_all()

    def _take(self) -> list[Job]:
        """The oldest job that there is room for, and those that make the best batch with it."""
        with self._changed:
            self._waiting = waiting = [job for job in self._waiting if not job.done]
        rows = self._rows_left()
        fitting = [job for job in waiting if rows[type(job)] > 0]
        if not fitting:
            return []
        kind = type(fitting[0])
        alike = [job for job in fitting if type(job) is kind]
        lengths = [len(job.outline.ids) for job in alike]
        groups = batches(lengths, rows=rows[kind], tokens=self._limits.tokens)
        taken = [alike[index] for index in next(group for group in groups if 0 in group)]
        with self._changed:
            self._waiting = [job for job in self._waiting if job not in taken]
        return taken

    def _rows_left(self) -> dict[type[Job], int]:
        """Where memory was short, what was put off waits until a reply is written."""
        rows = self._limits.rows
        left = (self._room or rows) - len(self._writing)
        full = self._room is not None and left <= 0
        return {Question: 0 if full else rows, Task: left}

    def _begin(self, batch: Sequence[Job], *, again: bool = False) -> None:
        """Answer questions, begin replies."""
        try:
            self._try(batch)
        except Exception as failure:  # noqa: BLE001  # told to whoever asked
            error = failure
        else:
            return
        left = [job for job in batch if not job.done]
        if not is_out_of_memory(error):
            _fail(left, error)
        elif left:
            let_go(error)
            self._runner.forget_all()
            self._try_less(left, error, again=again)

    def _try(self, batch: Sequence[Job]) -> None:
        questions = [job for job in batch if isinstance(job, Question)]
        tasks = [job for job in batch if isinstance(job, Task)]
        if questions:
            choose(self._runner, questions)
        if tasks:
            self._writing.begin(tasks)

    def _try_less(self, batch: Sequence[Job], error: Exception, *, again: bool) -> None:
        """Halves of a batch. A single request is put off until replies under way are written, then
        tried with nothing kept, then with fewer pixels, then refused.

        Fewer pixels are another question, so none are shown where answers must be repeatable.
        """
        if len(batch) > 1:
            _LOG.warning("no memory for a batch of %d: trying halves", len(batch))
            middle = len(batch) // 2
            self._begin(batch[:middle])
            self._begin(batch[middle:])
            return
        (job,) = batch
        tokens = len(job.outline.ids)
        if len(self._writing):
            _LOG.warning("no memory for a prompt of %d tokens: waiting for others", tokens)
            self._put_off(batch, room=len(self._writing))
        elif not again:
            self._begin(batch, again=True)
        elif self._limits.block is None and (count := shrink(job, self._runner.patcher)):
            _LOG.warning(
                "no memory for a prompt of %d tokens: halving the pixels of %d pictures in it",
                tokens,
                count,
            )
            self._begin(batch, again=True)
        else:
            _fail(batch, too_large(job.outline, error))

    def _step(self) -> None:
        """Replies that there is no memory for go on in halves, from what is written.

        Reading that anew rounds otherwise, so a repeatable reply is refused.
        """
        try:
            self._writing.step()
        except Exception as failure:  # noqa: BLE001  # told to whoever asked
            error = failure
        else:
            return
        tasks = self._writing.tasks
        if not is_out_of_memory(error):
            _fail(self._writing.abandon(), error)
            return
        let_go(error)
        if self._limits.block is not None:
            (task,) = self._writing.abandon()
            _fail([task], too_large(task.outline, error))
            return
        room = max(1, len(tasks) // 2)
        _LOG.warning("no memory for %d replies at a time: going on with %d", len(tasks), room)
        self._put_off(tasks, room=room)
        self._writing.abandon()
        self._runner.forget_all()

    def _put_off(self, jobs: Sequence[Job], *, room: int) -> None:
        with self._changed:
            self._waiting = [*jobs, *self._waiting]
            self._room = room


def _fail(jobs: Sequence[Job], error: BaseException) -> None:
    for job in jobs:
        if not job.done:
            job.error, job.done = error, True
