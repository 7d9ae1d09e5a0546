"""One item of a batch, from its files to its run directory."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from filelock import FileLock, Timeout

from foveal.manifest import Item
from foveal.model_choice import ModelChoice
from foveal.models.protocol import VisionLanguageModel
from foveal.reading import read_picture
from foveal.records.folder import LOCK, holds
from foveal.records.outcome import Inspected, item_folder
from foveal.records.run_directory import read_head
from foveal.records.whole_file import cannot_write
from foveal.running import Run
from foveal.schemas.errors import BadData, BadRecord
from foveal.schemas.report import Report
from foveal.schemas.workflow import INPUTS, Workflow
from foveal.tools.image import Image

_LONGEST_WAIT_S = 600


@dataclass(frozen=True)
class Inspector:
    """Small enough to travel: it holds no model and no pixels."""

    batch: Path
    workflow: Workflow
    choice: ModelChoice
    roots: Sequence[Path] | None
    """What the list may name lies below one of these; None: anywhere."""

    def inspect(self, item: Item, model: VisionLanguageModel) -> Inspected:
        """Goes on with the item's run where a process that died had begun it."""
        images = [self._read(item, name) for name in INPUTS[self.workflow.graph]]
        folder = item_folder(self.batch, item.id)
        with _held(folder):
            report = self._continued(folder, images, model)
            if report is None:
                begun = Run.begin(folder, self.workflow, images, model=self.choice)
                report = begun.complete(lambda: model)
            return Inspected(
                id=item.id,
                folder=folder.name,
                inputs=hashes_of(item),
                verdict=report.verdict,
                run=read_head(folder),
            )

    def _read(self, item: Item, name: str) -> Image:
        if name not in item.inputs:
            raise BadData(f"the line of {item.id!r} names no file as {name!r}", fix="name one")
        return read_picture(item.inputs[name], roots=self.roots)

    def _continued(
        self, folder: Path, images: list[Image], model: VisionLanguageModel
    ) -> Report | None:
        """Of the same run, where it can go on."""
        if not holds(folder, "foveal run"):
            return None
        try:
            run = Run.resume(folder)
            same = run.workflow == self.workflow and list(run.images) == images
            return run.complete(lambda: model) if same else None
        except BadRecord:
            return None


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """For one process: another that is taken for dead may still be at the same item."""
    lock = FileLock(folder / LOCK, timeout=_LONGEST_WAIT_S)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise BadRecord(
            f"another process is at work in {str(folder)!r}", fix="end it, and run the batch again"
        ) from error
    except OSError as error:
        raise cannot_write(folder, error) from error
    try:
        yield
    finally:
        lock.release()


def hashes_of(item: Item) -> dict[str, str]:
    """SHA-256 of each file that can be read."""
    hashes = {}
    for name, path in item.inputs.items():
        try:
            if path.is_file():  # a pipe or a device may never end
                with path.open("rb") as file:
                    hashes[name] = file_digest(file, "sha256").hexdigest()
        except (OSError, ValueError):
            continue
    return hashes
