"""One process that decodes, seen from the process that asks it."""

import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

import numpy as np

from foveal.schemas.errors import BadImage, FovealError
from foveal.tools.deadline import Deadline
from foveal.tools.decoding_worker import OUT_OF_MEMORY, READY
from foveal.tools.image import Pixels
from foveal.tools.picture_file import MAX_PIXELS

_START = """
import sys
sys.path[:] = sys.argv[2:]
from foveal.tools.deadline import Deadline
from foveal.tools.decoding_worker import serve
serve(int(sys.argv[1]))
"""
"""Unlike `multiprocessing`, it does not run the caller's script a second time."""

Answer = Pixels | BadImage


@dataclass(frozen=True)
class Limits:
    """What one picture may take."""

    seconds: float = 20
    memory_bytes: int = 2 * 2**30
    """Address space, of which Python and its libraries take a part; on Linux only."""

    max_pixels: int = MAX_PIXELS


class DecodingProcess:
    """For one thread at a time. Once it failed to answer it is not fit to be asked again."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        command = [sys.executable, "-I", "-c", _START, str(limits.memory_bytes), *sys.path]
        self._process = subprocess.Popen(  # noqa: S603 - this Python, and nothing a caller gave
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._started = False
        self.fit = True

    def decode(self, path: Path, roots: Sequence[Path] | None) -> Pixels:
        """Raises BadImage for what is refused, and for what ended the process."""
        self.fit = False
        with Deadline(self._limits.seconds, self._process.kill) as deadline:
            answer = self._ask(path, roots)
        if deadline.passed:
            limit = f"{self._limits.seconds:g} s"
            raise _too_much(path, f"could not be decoded within {limit}")
        if answer is None:
            raise self._death(path)
        self.fit = True
        if isinstance(answer, BadImage):
            raise answer
        return answer

    def end(self) -> None:
        with suppress(BrokenPipeError), self._process:
            self._process.kill()

    def _ask(self, path: Path, roots: Sequence[Path] | None) -> Answer | None:
        """Nothing where the process ended."""
        requests, replies = self._process.stdin, self._process.stdout
        assert requests is not None
        assert isinstance(replies, BufferedReader)
        self._started = self._started or replies.readline() == READY
        request = {
            "path": str(path),
            "roots": None if roots is None else [str(root) for root in roots],
            "max_pixels": self._limits.max_pixels,
        }
        with suppress(BrokenPipeError):  # where it ended, there is no reply either
            requests.write(json.dumps(request).encode() + b"\n")
            requests.flush()
        line = replies.readline()
        if not line.endswith(b"\n"):
            return None
        head = json.loads(line)
        if "what" in head:
            return BadImage(head["what"], fix=head["fix"])
        pixels = np.empty(head["shape"], np.uint8)
        whole = replies.readinto(pixels.data.cast("B")) == pixels.size
        return pixels if whole else None

    def _death(self, path: Path) -> FovealError:
        code = self._process.wait()
        if not self._started:
            return FovealError(
                f"{sys.executable!r} starts no process that decodes pictures",
                fix="run foveal by a Python interpreter that can import it",
            )
        if code == OUT_OF_MEMORY:
            limit = f"{self._limits.memory_bytes / 2**30:.3g} GiB"
            return _too_much(path, f"needs more than {limit} of memory to decode")
        return BadImage(
            f"{str(path)!r} crashed its decoder", fix="open it elsewhere and export it again"
        )


def _too_much(path: Path, what: str) -> BadImage:
    return BadImage(f"{str(path)!r} {what}", fix="crop it or scale it down")
