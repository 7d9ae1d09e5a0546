"""What a workflow is given, by name."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from foveal.schemas.errors import BadWorkflow
from foveal.wording import suggest


def name_inputs(given: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """`tested=b.png` goes by its name; the others take the names left, in order."""
    named: dict[str, str] = {}
    ordered = []
    for text in given:
        name, equals, path = text.partition("=")
        if equals and _is_name(name, text, names):
            if name in named:
                raise BadWorkflow(f"the input {name!r} is given twice", fix="give it once")
            named[name] = path
        else:
            ordered.append(text)
    free = [name for name in names if name not in named]
    if len(ordered) > len(free):
        raise BadWorkflow(
            f"{len(given)} inputs are given", fix=f"the workflow takes {' and '.join(names)}"
        )
    named.update(zip(free, ordered, strict=False))
    check_names(named, names)
    return named


def check_names(given: Iterable[str], names: Sequence[str]) -> None:
    found = set(given)
    for name in sorted(found - set(names)):
        raise BadWorkflow(f"no input is called {name!r}", fix=suggest(name, names))
    for name in names:
        if name not in found:
            raise BadWorkflow(f"the input {name!r} is not given", fix=f"add {name}=PATH")


def _is_name(name: str, text: str, names: Sequence[str]) -> bool:
    """A file whose own name has a `=` is still a file."""
    return name in names or (name.isidentifier() and not Path(text).exists())
