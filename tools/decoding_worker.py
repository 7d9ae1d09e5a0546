"""What a decoding process runs: paths come in, pixels go out, until the pipe closes.

A request is a line of JSON. So is the head of a reply: `shape`, which that many bytes follow, or
`what` and `fix` of a refusal.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foveal.schemas.errors import BadImage

if TYPE_CHECKING:
    from foveal.tools.image import Pixels

READY = b"ready\n"

OUT_OF_MEMORY = 12
"""The exit code, as ENOMEM. What is left of the memory would refuse the next picture too."""


def serve(memory_bytes: int) -> None:
    """Says first that it is ready. Memory is limited on Linux only."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this one
    # Each further thread of numpy would take address space from the pictures.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # noqa: TID251 - read when numpy is imported
    from foveal.tools.picture_file import read_pixels

    limit_memory(memory_bytes)
    _send(READY)
    for line in sys.stdin.buffer:
        try:
            _answer(json.loads(line), read_pixels)
        except MemoryError:
            sys.exit(OUT_OF_MEMORY)


def limit_memory(memory_bytes: int) -> None:
    if sys.platform == "linux":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        limit = memory_bytes if most == resource.RLIM_INFINITY else min(memory_bytes, most)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _answer(request: dict[str, Any], read: "Callable[..., Pixels]") -> None:
    path, roots = Path(request["path"]), request["roots"]
    below = None if roots is None else [Path(root) for root in roots]
    try:
        pixels = read(path, roots=below, max_pixels=request["max_pixels"])
    except BadImage as error:
        _send(json.dumps({"what": error.what, "fix": error.fix}).encode() + b"\n")
    else:
        _send(json.dumps({"shape": pixels.shape}).encode() + b"\n", pixels.data)


def _send(head: bytes, pixels: memoryview | bytes = b"") -> None:
    replies = sys.stdout.buffer
    replies.write(head)
    replies.write(pixels)
    replies.flush()
