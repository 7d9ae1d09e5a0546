"""Errors say who acts: the model is told and tries again, or a person mends what ended the run."""

from collections.abc import Callable
from functools import partial
from typing import Self


class FovealError(Exception):
    """A person must act: what went wrong with its values, then what to do. Printed as one line."""

    def __init__(self, what: str, *, fix: str) -> None:
        super().__init__(f"{what}: {fix}")
        self.what = what
        self.fix = fix

    def __reduce__(self) -> "tuple[Callable[[str], Self], tuple[str]]":
        """Pickled, it arrives in another process as it was raised."""
        return partial(type(self), fix=self.fix), (self.what,)


class BadImage(FovealError):
    """A file that is not an image foveal reads, or an image it cannot use."""


class BadWorkflow(FovealError):
    """A workflow file or an option with a wrong key, type or value."""


class BadLabel(FovealError):
    """A name that no label of the workflow has."""


class BadModel(FovealError):
    """A model that is missing, is not a vision-language model foveal knows, or does not fit."""


class BadMessage(FovealError):
    """A message in a conversation that the model cannot be shown."""


class BadReply(FovealError):
    """What a model wrote cannot be used, and it did not write better when asked again."""


class BadOutput(FovealError):
    """A place where results cannot be written."""


class BadData(FovealError):
    """A list of parts, or what it says of them, that cannot be used."""


class BadRecord(FovealError):
    """The record of a run that was changed, cut, or is not there."""


class BadCluster(FovealError):
    """Machines that cannot work on a batch together."""


class BadSource(FovealError):
    """A folder, a video or a camera that cannot be watched."""


class BadSink(FovealError):
    """A place that events cannot be sent to."""


class BadSetting(FovealError):
    """A variable of the environment that cannot be used."""


class BadToolCall(Exception):
    """The model must act: the text goes back to it."""

    def __init__(self, what: str, *, fix: str) -> None:
        super().__init__(f"{what}: {fix}")
