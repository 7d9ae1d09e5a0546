"""The result of a run in the formats of other tools."""

from collections.abc import Iterable
from pathlib import Path

from foveal.records.exports.formats import FORMATS
from foveal.records.exports.reading import items_in
from foveal.records.whole_file import cannot_write, write_whole
from foveal.schemas.errors import BadWorkflow
from foveal.wording import suggest


def export(folder: Path, formats: Iterable[str], *, out: Path) -> list[Path]:
    """Writes a file a format into `out`, each in the place of an older one."""
    items = items_in(folder)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(out, error) from error
    written = []
    for name in formats:
        file, render = FORMATS[name]
        write_whole(out / file, render(items).encode())
        written.append(out / file)
    return written


def read_formats(names: str) -> list[str]:
    """Names between commas, each taken once."""
    given = dict.fromkeys(name.strip() for name in names.split(","))
    for name in given:
        if name not in FORMATS:
            raise BadWorkflow(f"no format is called {name!r}", fix=suggest(name, FORMATS))
    return list(given)
