"""What a log keeps of one attempt."""

from foveal.evals.layered_tasks.attempt import Attempt
from foveal.evals.layered_tasks.scoring import Outcome
from foveal.evals.layered_tasks.task import Kind, LayeredTask
from foveal.schemas.base import Strict
from foveal.schemas.language import Language
from foveal.schemas.report import Usage


class Tried(Strict):
    task: str
    kind: Kind
    language: Language
    outcome: Outcome
    why: str
    usage: Usage
    started: float
    ended: float
    """In seconds of one clock; tasks are in flight together."""

    @classmethod
    def of(cls, task: LayeredTask, made: Attempt) -> "Tried":
        return cls(
            task=task.name,
            kind=task.question.kind,
            language=task.question.language,
            outcome=made.judged.outcome,
            why=made.judged.why,
            usage=made.usage,
            started=made.started,
            ended=made.ended,
        )

    @property
    def completed(self) -> bool:
        return self.outcome == "completed"
