from pathlib import Path

from foveal.schemas.errors import BadWorkflow
from foveal.wording import suggest

EXPORTS = Path(__file__).parent / "schemas" / "exports"


def read_schema(name: str) -> str:
    """The text of a JSON Schema that ships."""
    known = [path.stem for path in EXPORTS.glob("*.json")]
    if name not in known:
        raise BadWorkflow(f"there is no schema {name!r}", fix=suggest(name, known))
    return (EXPORTS / f"{name}.json").read_text(encoding="utf-8")
