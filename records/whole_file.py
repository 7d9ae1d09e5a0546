import secrets
from pathlib import Path

from foveal.schemas.errors import BadOutput

PARTIAL = ".partial"


def write_whole(path: Path, content: bytes) -> None:
    """Readers see the old file or the new one, never a part.

    Holds where the process dies; a power cut may still lose the newest file.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}{PARTIAL}")
    try:
        try:
            partial.write_bytes(content)
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
