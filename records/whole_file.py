import secrets
from collections.abc import Iterable
from pathlib import Path

from foveal.schemas.errors import BadOutput

PARTIAL = ".partial"


def write_whole(path: Path, content: bytes) -> None:
    """Readers see the old file or the new one, never a part.

    Holds where the process dies; a power cut may still lose the newest file.
    """
    write_pieces(path, [content])


def write_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """As `write_whole`, of what need not be in memory at once."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}{PARTIAL}")
    try:
        try:
            with partial.open("wb") as file:
                file.writelines(pieces)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from error


def cannot_write(path: Path, error: OSError) -> BadOutput:
    return BadOutput(
        f"cannot write {str(path)!r} ({error.strerror or error})",
        fix="choose a folder you may write to, on a disk with room",
    )


def sweep(folder: Path) -> None:
    """Takes away what processes that died were writing; no one may be writing there now."""
    for entry in folder.glob(f".*{PARTIAL}"):
        entry.unlink()
