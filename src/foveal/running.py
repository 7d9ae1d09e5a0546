"""One run, from its first line on disk to its report; broken off, it goes on where it stood."""

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Self

from foveal.agents.inspection import STATE_TYPES
from foveal.agents.unasked import Unasked
from foveal.graphs.nodes.review import decided
from foveal.graphs.run import run_one, settle_one
from foveal.model_choice import ModelChoice
from foveal.models.protocol import VisionLanguageModel
from foveal.recording import RunRecorder
from foveal.records.checkpoints import Checkpoints, open_checkpoints
from foveal.records.postgres import open_postgres
from foveal.records.run_directory import RunDirectory
from foveal.schemas.decision import Decision
from foveal.schemas.errors import BadRecord
from foveal.schemas.loading import Loading
from foveal.schemas.report import Report
from foveal.schemas.workflow import INPUTS, Workflow
from foveal.tools.image import Image, image_from


class Run(NamedTuple):
    """What a run is about, and what of it is on disk."""

    directory: RunDirectory
    workflow: Workflow
    images: Sequence[Image]
    """In the order of the workflow's inputs."""

    date: str
    model: ModelChoice
    """That began it."""

    written: Iterable[dict[str, Any]] = ()
    """Records of the ledger that follow its opening, where the run began earlier."""

    @classmethod
    def begin(
        cls, path: Path, workflow: Workflow, images: Sequence[Image], *, model: ModelChoice
    ) -> Self:
        """In place of an earlier run in the folder. From here on it can be resumed."""
        chosen = model.for_workflow(workflow)
        today = datetime.now().astimezone().date().isoformat()
        directory = RunDirectory.open(
            path, workflow, date=today, model=chosen.name, loading=chosen.loading
        )
        written = []
        for image in images:
            directory.images.save(image.id, image.pixels)
            written.append(directory.ledger.append("intake", image=image.id, source=image.source))
        return cls(directory, workflow, images, today, chosen, written)

    @classmethod
    def resume(cls, path: Path) -> Self:
        """Raises BadRecord where too little of it is on disk to go on."""
        directory, (opening, *written) = RunDirectory.resume(path)
        workflow = directory.workflow()
        taken_in = [record["data"] for record in written if record["kind"] == "intake"]
        if len(taken_in) < len(INPUTS[workflow.graph]):
            raise BadRecord(
                f"{str(path)!r}: the run ended before its images were on disk", fix="run it again"
            )
        images = [
            image_from(directory.images.load(known["image"]), known["source"]) for known in taken_in
        ]
        told = opening["data"]
        model = ModelChoice(told["model"], Loading.model_validate(told["loading"]))
        return cls(directory, workflow, images, told["date"], model, written)

    def complete(self, load: Callable[[], VisionLanguageModel]) -> Report:
        """Do what is left of it; then the report is in the folder too.

        Of a run that has ended only the checkpoints can be left, where its process died before it
        took them away; no model is loaded for that.
        """
        with self._durable() as durable:
            report = self.directory.report()
            if report is None:
                report = run_one(
                    self.workflow,
                    load(),
                    *self.images,
                    recorder=RunRecorder(self.directory, self.written),
                    date=self.date,
                    durable=durable,
                )
                self.directory.finish(report)
            _forget(report, durable)
        return report

    def settle(self, decision: Decision) -> Report:
        """Complete a run that waits for a person. Raises BadRecord where it does not."""
        ended = self.directory.report()
        if ended is None or ended.verdict != "review":
            raise BadRecord(
                f"{str(self.directory.path)!r} does not wait for a person", fix="run it again"
            )
        decided(ended, decision, self.workflow)  # what does not fit is said before it is written
        with self._durable() as durable:
            report = settle_one(
                self.workflow,
                Unasked(ended.model.name, ended.model.revision),
                *self.images,
                recorder=RunRecorder(self.directory, self.written),
                durable=durable,
                decision=decision,
            )
            self.directory.finish(report)
            _forget(report, durable)
        return report

    def _durable(self) -> AbstractContextManager[Checkpoints]:
        """In a file of the run, or where the environment says."""
        url = os.environ.get("FOVEAL_CHECKPOINTS")  # noqa: TID251 - this is the front door
        if url is not None:
            return open_postgres(url, run=self.directory.run, types=STATE_TYPES)
        path = self.directory.checkpoints
        return open_checkpoints(path, run=self.directory.run, types=STATE_TYPES)


def _forget(report: Report, durable: Checkpoints) -> None:
    """Where a run stood, unless it waits for a person."""
    if report.verdict != "review":
        durable.forget()
