"""What becomes of the memory of one tensor when the next one needs some.

glibc maps each large block from the kernel and unmaps it when it is freed, so every tensor of every
layer pays for fresh pages. https://man7.org/linux/man-pages/man3/mallopt.3.html
"""

import ctypes
import sys
from collections.abc import Callable

_TRIM_THRESHOLD, _MMAP_MAX, _ARENA_MAX = -1, -4, -8
"""Numbers of mallopt's parameters, from malloc.h."""

_MOST = 2**31 - 1


def keep_freed_memory() -> bool:
    """For all of the process: what is freed is used again. False where malloc is not glibc's."""
    mallopt = _glibc("mallopt")
    if mallopt is None:
        return False
    wanted = ((_TRIM_THRESHOLD, _MOST), (_MMAP_MAX, 0), (_ARENA_MAX, 1))
    return all(mallopt(number, value) for number, value in wanted)


def return_free_memory() -> None:
    """To the kernel, once: kept for long, blocks of many sizes leave more and more holes."""
    trim = _glibc("malloc_trim")
    if trim is not None:
        trim(0)


def _glibc(name: str) -> Callable[..., int] | None:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
