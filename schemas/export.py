"""The JSON Schemas that ship, one file a name. `python -m foveal.schemas.export` writes them."""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from foveal.schemas.box import BoxPx
from foveal.schemas.calibration import Calibration
from foveal.schemas.constraint import Constraint
from foveal.schemas.event import Event
from foveal.schemas.evidence import Evidence
from foveal.schemas.finding import Finding
from foveal.schemas.image import ImageId, ImageRecord
from foveal.schemas.report import Report
from foveal.schemas.verdict import Verdict
from foveal.schemas.view import View
from foveal.schemas.workflow import Workflow

EXPORTS = Path(__file__).with_name("exports")

_EXPORTED: dict[str, Any] = {
    "box": BoxPx,
    "calibration": Calibration,
    "constraint": Constraint,
    "event": Event,
    "evidence": Evidence,
    "finding": Finding,
    "image": ImageRecord,
    "image-id": ImageId,
    "report": Report,
    "verdict": Verdict,
    "view": View,
    "workflow": Workflow,
}


def exported() -> dict[str, str]:
    """The text of each file by its name."""
    return {name: _text(TypeAdapter(kind).json_schema()) for name, kind in _EXPORTED.items()}


def _text(schema: dict[str, Any]) -> str:
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(dialect | schema, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    EXPORTS.mkdir(exist_ok=True)
    for name, text in exported().items():
        (EXPORTS / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
