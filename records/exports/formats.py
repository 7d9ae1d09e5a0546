import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from foveal.records.exports import coco, junit, label_studio, markdown, sarif, spreadsheet
from foveal.records.exports.item import Item


class Format(NamedTuple):
    file: str
    render: Callable[[Sequence[Item]], str]


def _as_json(build: Callable[[Sequence[Item]], Any]) -> Callable[[Sequence[Item]], str]:
    """In ASCII: pycocotools, for one, opens a file in whatever encoding the machine has."""
    return lambda items: json.dumps(build(items), indent=2) + "\n"


FORMATS: Mapping[str, Format] = {
    "coco": Format("coco.json", _as_json(coco.dataset)),
    "label-studio": Format("label-studio.json", _as_json(label_studio.tasks)),
    "sarif": Format("results.sarif", _as_json(sarif.log)),
    "junit": Format("junit.xml", junit.render),
    "csv": Format("findings.csv", spreadsheet.render),
    "markdown": Format("summary.md", markdown.render),
}
