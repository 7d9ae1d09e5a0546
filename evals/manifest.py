"""Labelled parts listed in a file: CSV, or JSON Lines.

Each has an `id`, the workflow's inputs by name, their paths seen from the file, and `labels`: a
list of {"label", "box_px"} in pixels of the tested image, empty where nothing is wrong.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, create_model

from foveal.evals.labels import in_terms_of, is_defect
from foveal.evals.matching import Truth
from foveal.evals.pairs import LabelledPair, read_images
from foveal.schemas.base import Strict
from foveal.schemas.box import BoxPx
from foveal.schemas.errors import BadData
from foveal.schemas.rows import read_rows
from foveal.schemas.workflow import INPUTS, Workflow


class _Label(Strict):
    label: str
    box_px: BoxPx


class _Row(Strict):
    id: str = Field(min_length=1)
    labels: list[_Label]


def read_manifest(path: Path, workflow: Workflow) -> list[LabelledPair]:
    """Each line is read at once, images when their turn comes."""
    inputs = INPUTS[workflow.graph]
    listed = [_pair(row, inputs, path.parent) for row in _checked(path, workflow)]
    pairs = in_terms_of(workflow, listed)
    names = [pair.name for pair in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadData(f"{str(path)!r} lists {twice[0]!r} twice", fix="give each part an id")
    if not pairs:
        raise BadData(f"{str(path)!r} lists nothing", fix="write a line for each part")
    return pairs


def _pair(row: _Row, inputs: Sequence[str], folder: Path) -> LabelledPair:
    truths = tuple(Truth(known.label, known.box_px) for known in row.labels)
    paths = [folder / getattr(row, name) for name in inputs]
    return LabelledPair(row.id, truths, partial(read_images, paths, truths))


def _checked(path: Path, workflow: Workflow) -> Iterator[_Row]:
    inputs = INPUTS[workflow.graph]
    paths: dict[str, Any] = {name: (str, Field(min_length=1)) for name in inputs}
    row_type = create_model("Row", __base__=_Row, **paths)
    for number, cells in read_rows(path):
        where = f"{str(path)!r} line {number}"
        try:
            row = row_type.model_validate_json(json.dumps(_with_labels(cells)))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(map(str, first["loc"])) or "the line"
            raise BadData(
                f"{where}: {place}: {first['msg']}",
                fix=f"give id, {', '.join(inputs)} and labels, a list of {{label, box_px}}",
            ) from error
        for known in row.labels:
            if not is_defect(known.label, workflow):
                raise BadData(
                    f"{where}: {known.label!r} is no defect of the workflow",
                    fix=f"use one of {', '.join(workflow.defects)}, and [] for a good part",
                )
        yield row


def _with_labels(cells: dict[str, Any]) -> dict[str, Any]:
    """In a CSV file they stand in their cell as JSON; an empty one is a good part."""
    if isinstance(cells.get("labels"), str):
        with suppress(ValueError):  # what is no JSON stays a text, and the line is refused
            return {**cells, "labels": json.loads(cells["labels"] or "[]")}
    return cells
