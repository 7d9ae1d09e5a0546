"""Findings as predictions that people correct in Label Studio.

The project's `<Image name="image" value="$image"/>` takes them under `<RectangleLabels
name="label" toName="image">`. https://labelstud.io/guide/predictions
"""

from collections.abc import Sequence
from typing import Any

from foveal.records.exports.item import Item, Part, pictured
from foveal.records.figures import short_hash
from foveal.schemas.finding import Finding
from foveal.schemas.image import ImageRecord


def tasks(items: Sequence[Item]) -> list[dict[str, Any]]:
    """Parts without an image are left out."""
    return [_task(part, image) for part, image in pictured(items)]


def _task(part: Part, image: ImageRecord) -> dict[str, Any]:
    report = part.report
    prediction: dict[str, Any] = {
        "model_version": f"{report.model.name} {short_hash(report.model.revision)}",
        "result": [
            _region(number, finding, image.size_px)
            for number, finding in enumerate(report.findings, start=1)
        ],
    }
    if report.findings:
        # Label Studio sorts by it: what the model was least sure of is what to look at first.
        prediction["score"] = min(finding.confidence for finding in report.findings)
    return {
        "data": {"image": image.source, "part": part.id, "verdict": report.verdict},
        "predictions": [prediction],
    }


def _region(number: int, finding: Finding, size_px: tuple[int, int]) -> dict[str, Any]:
    """In percent of the image, from its top left."""
    (width, height), box = size_px, finding.box_px
    return {
        "id": str(number),
        "type": "rectanglelabels",
        "from_name": "label",
        "to_name": "image",
        "original_width": width,
        "original_height": height,
        "image_rotation": 0,
        "score": finding.confidence,
        "value": {
            "x": box.x1 / width * 100,
            "y": box.y1 / height * 100,
            "width": box.width / width * 100,
            "height": box.height / height * 100,
            "rotation": 0,
            "rectanglelabels": [finding.label],
        },
        "meta": {"text": [finding.why] if finding.why else []},
    }
