"""Libraries that are installed only where they are asked for."""

from importlib.util import find_spec

from foveal.schemas.errors import BadModel


def require(library: str, *, purpose: str, extra: str) -> None:
    """Raises BadModel with what to install; imports nothing."""
    if find_spec(library) is None:
        raise BadModel(
            f"{purpose} needs {library}, which is not installed",
            fix=f"pip install 'foveal[{extra}]'",
        )
