"""One engine on some machine of a cluster, asked about several items at once."""

import os
from importlib.metadata import version
from pathlib import Path
from socket import gethostname
from threading import Lock
from typing import NamedTuple

from foveal.inspecting import Inspector
from foveal.manifest import Item
from foveal.models.protocol import VisionLanguageModel
from foveal.records.folder import LEDGER
from foveal.records.outcome import Inspected
from foveal.schemas.errors import BadCluster, FovealError


class Home(NamedTuple):
    """What an actor must find as the command has it, so that names and records are the same."""

    folder: Path
    """In which the command was given: relative names are seen from here."""

    head: str
    """The last record of the batch's ledger."""

    release: str
    """Of foveal."""

    checkpoints: str | None
    """Where runs keep how far they are, if the command's environment says so."""


class BatchActor:
    def __init__(self, inspector: Inspector, home: Home) -> None:
        self._inspector = inspector
        self._home = home
        self._model: VisionLanguageModel | None = None
        self._loading = Lock()

    def get_ready(self) -> VisionLanguageModel:
        """Load the model, once. Raises BadCluster."""
        with self._loading:
            if self._model is None:
                try:
                    self._settle()
                    self._model = self._inspector.choice.find_for(self._inspector.workflow)()
                except FovealError as error:
                    what = f"on {gethostname()}: {error.what}"
                    raise BadCluster(what, fix=error.fix) from error
            return self._model

    def is_ready(self) -> None:
        """When this returns. A model does not travel."""
        self.get_ready()

    def inspect(self, item: Item) -> Inspected:
        return self._inspector.inspect(item, self.get_ready())

    def _settle(self) -> None:
        here = version("foveal")
        if here != self._home.release:
            raise BadCluster(f"foveal is {here}, not {self._home.release}", fix="install the same")
        if self._home.checkpoints is not None:
            os.environ["FOVEAL_CHECKPOINTS"] = self._home.checkpoints  # noqa: TID251 - a front door
        try:
            os.chdir(self._home.folder)
            ledger = (self._inspector.batch / LEDGER).read_text(encoding="utf-8")
        except OSError as error:
            raise _unseen(error.filename) from error
        if self._home.head not in ledger:
            raise _unseen(self._inspector.batch)


def _unseen(path: object) -> BadCluster:
    return BadCluster(
        f"{str(path)!r} is not the folder that the command sees",
        fix="give --out, and the command itself, in folders that all machines share",
    )
