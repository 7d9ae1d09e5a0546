"""Files that a list may name: only those below the folders it was given."""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from foveal.schemas.errors import BadImage


def within(path: Path, roots: Sequence[Path]) -> Path:
    """Where `path` leads, links and `..` followed. Raises BadImage where that is below no root.

    True when asked: a link may lead elsewhere by the time the file is opened.
    """
    return _below(_resolved(path), path, roots)


def require_opened_within(file: BinaryIO, path: Path, roots: Sequence[Path]) -> None:
    """The same of the file itself, whatever became of `path` since it was opened.

    Linux says where an open file lies. Elsewhere `path` is followed once more, and whoever may
    write below a root can change a link in between. A hard link lies where it stands.
    """
    descriptor = Path(f"/proc/self/fd/{file.fileno()}")
    lies = descriptor.readlink() if descriptor.exists() else _resolved(path)
    _below(lies, path, roots)


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, ValueError, RuntimeError) as error:  # links in a circle, a null byte
        raise BadImage(f"{str(path)!r} cannot be read", fix="check the path") from error


def _below(real: Path, path: Path, roots: Sequence[Path]) -> Path:
    if not any(real.is_relative_to(root.resolve()) for root in roots):
        raise BadImage(
            f"{str(path)!r} leads out of {' and '.join(repr(str(root)) for root in roots)}",
            fix="give a file below that folder",
        )
    return real
