"""The file with the JSON Schema of a document, which a workflow names."""

import json
from pathlib import Path
from typing import Any

from foveal.schemas.errors import BadWorkflow


def read_document_schema(path: Path) -> dict[str, Any]:
    """Raises BadWorkflow where the file is not there or holds no JSON object."""
    try:
        schema = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise BadWorkflow(
            f"there is no schema {str(path)!r}", fix="check the name, or write the file"
        ) from error
    except OSError as error:
        raise BadWorkflow(
            f"{str(path)!r} cannot be read", fix="check the path and your right to read it"
        ) from error
    except (ValueError, RecursionError) as error:
        raise BadWorkflow(f"{str(path)!r} is not JSON ({error})", fix="correct it there") from error
    if not isinstance(schema, dict):
        raise BadWorkflow(
            f"{str(path)!r} holds no JSON object", fix='write one, such as {"type": "object", …}'
        )
    return schema
