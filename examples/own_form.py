"""Have what was found written into a form of your own, each number with its source.

python examples/own_form.py TEMPLATE TESTED OUT
"""

import argparse
import json

import foveal
from foveal.schemas.workflow import Document

FORM = {
    "type": "object",
    "properties": {
        "verdict": {"enum": ["pass", "fail", "review"], "description": "the verdict"},
        "count": {"type": "integer", "description": "how many findings in all"},
        "worst_box": {
            "anyOf": [
                {"type": "array", "items": {"type": "integer"}, "minItems": 4, "maxItems": 4},
                {"type": "null"},
            ],
            "description": "box of the worst finding, null if none",
        },
    },
    "required": ["verdict", "count", "worst_box"],
    "additionalProperties": False,
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    for name in ("template", "tested", "out"):
        arguments.add_argument(name)
    options = arguments.parse_args()
    document = Document(schema=FORM, instruction="Write the inspection record.")
    workflow = foveal.load_workflow("board-compare").model_copy(update={"document": document})
    report = foveal.compare(options.template, options.tested, out=options.out, workflow=workflow)
    print(json.dumps({"document": report.document, "sources": report.sources}, indent=2))


if __name__ == "__main__":
    main()
