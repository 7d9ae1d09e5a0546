"""Lists of parts to inspect: an `id` and the inputs of a workflow by name; more is left unread."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from foveal.schemas.errors import BadData
from foveal.schemas.rows import read_rows


class Item(NamedTuple):
    id: str
    inputs: dict[str, Path]
    """Seen from the manifest's folder. One that the line lacks is missing here too."""


def read_manifest(path: Path, names: Sequence[str]) -> list[Item]:
    """Raises BadData for what concerns more than the line it stands in."""
    items: dict[str, Item] = {}
    for number, row in read_rows(path):
        where, identity = f"{str(path)!r} line {number}", row.get("id")
        if not isinstance(identity, str | int) or not str(identity).strip():
            raise BadData(f"{where} has no id", fix="name each part, as text in `id`")
        if str(identity) in items:
            raise BadData(f"{where} names {identity!r} again", fix="give each part an id")
        given = {name: row[name] for name in names if isinstance(row.get(name), str) and row[name]}
        inputs = {name: path.parent / given[name] for name in given}
        items[str(identity)] = Item(str(identity), inputs)
    if not items:
        raise BadData(f"{str(path)!r} lists nothing", fix="write a line for each part")
    for name in names:
        if not any(name in item.inputs for item in items.values()):
            raise BadData(
                f"no line of {str(path)!r} names a file as {name!r}",
                fix=f"give {', '.join(('id', *names))} in each",
            )
    return list(items.values())
