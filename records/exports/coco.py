"""Boxes as the COCO datasets have them.

Each carries a score, so that a file serves as detections or, without it, as ground truth.
https://cocodataset.org/#format-data
"""

from collections.abc import Sequence
from typing import Any

from foveal.records.exports.item import Item, Part, pictured
from foveal.schemas.finding import Finding
from foveal.schemas.image import ImageRecord


def dataset(items: Sequence[Item]) -> dict[str, Any]:
    """Parts without an image are left out; numbers count from 1."""
    parts = list(pictured(items))
    found = [
        (finding, image)
        for image, (part, _) in enumerate(parts, start=1)
        for finding in part.report.findings
    ]
    labels = sorted({finding.label for finding, _ in found})
    categories = {label: number for number, label in enumerate(labels, start=1)}
    return {
        "info": {"description": "findings of foveal"},
        "images": [_image(number, *part) for number, part in enumerate(parts, start=1)],
        "annotations": [
            {"id": number, "image_id": image, "category_id": categories[finding.label]}
            | _annotation(finding)
            for number, (finding, image) in enumerate(found, start=1)
        ],
        "categories": [{"id": number, "name": label} for label, number in categories.items()],
    }


def _image(number: int, part: Part, image: ImageRecord) -> dict[str, Any]:
    width, height = image.size_px
    return {
        "id": number,
        "file_name": image.source,
        "width": width,
        "height": height,
        "part": part.id,
    }


def _annotation(finding: Finding) -> dict[str, Any]:
    box = finding.box_px
    return {
        "bbox": [box.x1, box.y1, box.width, box.height],
        "area": box.area,
        "iscrowd": 0,
        "score": finding.confidence,
    }
