"""What becomes of the memory of one tensor when the next one needs some.

glibc maps each large block from the kernel and unmaps it when it is freed, so every tensor of every
layer pays for fresh pages. https://man7.org/linux/man-pages/man3/mallopt.3.html
"""

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4
"""Numbers of mallopt's parameters, from malloc.h."""

_MOST = 2**31 - 1


def keep_freed_memory() -> bool:
    """For all of the process: what is freed is used again. False where malloc is not glibc's."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is None:
        return False
    return all(
        mallopt(number, value) for number, value in ((_TRIM_THRESHOLD, _MOST), (_MMAP_MAX, 0))
    )
