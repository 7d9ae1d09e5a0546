"""Foreign image files are decoded in processes of their own, with limits on time and memory.

A file that makes a decoder crash, hang or swell ends such a process and is refused; the caller and
the next picture go on. It is no jail: a decoder that is taken over may do what the user may.
"""

import os
import weakref
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, LifoQueue
from types import TracebackType
from typing import Self

from foveal.tools.decoding_process import DecodingProcess, Limits
from foveal.tools.image import Image, image_from

_Places = LifoQueue[DecodingProcess | None]
"""Last in, first out, so that a process that runs is taken before one is started."""


class Decoder:
    """For any number of threads; as many processes as are needed at once, at most one a core.

    They are kept until `close`, the end of the program, or until no one holds the decoder.
    """

    def __init__(self, limits: Limits | None = None, *, processes: int | None = None) -> None:
        self._limits = limits or Limits()
        self._places: _Places = LifoQueue()
        for _ in range(processes or os.cpu_count() or 1):
            self._places.put(None)
        self.close = weakref.finalize(self, _end, self._places, os.getpid())

    def read(self, path: Path, *, roots: Sequence[Path] | None = None) -> Image:
        """As `intake.read_image`; where `roots` are given, a file below none of them is refused."""
        assert self.close.alive, "the decoder is closed"
        process = self._places.get()
        try:
            process = process or DecodingProcess(self._limits)
            pixels = process.decode(path, roots)
        finally:
            self._places.put(_kept(process))
        pixels.setflags(write=False)
        return image_from(pixels, path.name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _kept(process: DecodingProcess | None) -> DecodingProcess | None:
    if process is None or process.fit:
        return process
    process.end()
    return None


def _end(places: _Places, owner: int) -> None:
    if os.getpid() != owner:
        return  # a fork holds the pipes too, but the processes are not its own
    with suppress(Empty):
        while True:
            if process := places.get_nowait():
                process.end()
