"""The workflow's own graph finds, and its reporter writes the answer from the findings."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from foveal.agents.briefs import instructions_for
from foveal.evals.layered_tasks.answers import Answer, answer_schema, read_answer
from foveal.evals.layered_tasks.draw import quarter_boxes
from foveal.evals.layered_tasks.notation import as_reported
from foveal.evals.layered_tasks.rungs import THOUGHT_TOKENS, Switches
from foveal.evals.layered_tasks.task import Question
from foveal.evals.layered_tasks.wordings import QUARTERS, instruction
from foveal.graphs.run import run_one
from foveal.models.protocol import VisionLanguageModel
from foveal.schemas.workflow import Agent, GraphName, Workflow
from foveal.tools.image import Image

_AGENTS: tuple[Agent, ...] = get_args(Agent)

_WRITERS: dict[GraphName, tuple[Agent, ...]] = {
    "compare": ("report",),
    "inspect": ("explore", "report"),
}
"""Who may think. Answers whose probability is held against a limit, a calibration's or that of
verification, are given as the limit was measured: at once, unless the workflow says otherwise."""


def search_and_write(
    question: Question,
    images: Sequence[Image],
    switches: Switches,
    *,
    workflow: Workflow,
    model: VisionLanguageModel,
) -> Answer:
    """`images` as the workflow takes them; it holds the question's constraint."""
    notation = as_reported(images[-1].size, workflow)
    schema = answer_schema(question, notation)
    document = {
        "schema": schema,
        "instruction": instruction(question, notation),
        "regions": _regions(question),
    }
    report = run_one(switched(workflow, switches, document), model, *images)
    if report.document is None:
        return Answer("", None, report.reason)
    text = json.dumps(report.document, ensure_ascii=False)
    return Answer(text, read_answer(report.document, schema, notation))


def _regions(question: Question) -> dict[str, Sequence[int]]:
    """What the reporter is to count by, from 0 to 1000 across the part."""
    if question.kind != "quarters":
        return {}
    names = QUARTERS[question.language]
    return {names[quarter]: box for quarter, box in quarter_boxes((1000, 1000)).items()}


def switched(workflow: Workflow, switches: Switches, document: Mapping[str, Any]) -> Workflow:
    """As it would stand in a file, so that what it says is checked."""
    written = workflow.model_dump(mode="json", by_alias=True, exclude={"calibration"})
    written["document"] = document
    written["verification"] = (written["verification"] or {}) if switches.verification else None
    if switches.search == "model":
        written["plan"]["by"] = "model"
    if switches.thinking:
        written["thinking"] |= dict.fromkeys(_WRITERS[workflow.graph], THOUGHT_TOKENS)
    if not switches.layers:
        written["instructions"] = {role: _flat(role, workflow) for role in _AGENTS}
    if not switches.constraints:
        written["constraints"] = [rule | {"finding": None} for rule in written["constraints"]]
    checked = Workflow.model_validate_json(json.dumps(written))
    return checked.model_copy(update={"calibration": workflow.calibration})


def _flat(role: Agent, workflow: Workflow) -> dict[str, str]:
    """All layers in the user message."""
    layers = instructions_for(role, workflow)
    fixed = (layers.system, layers.constraints, layers.format)
    return {
        "system": "",
        "visual": "\n".join((*fixed, layers.visual)),
        "constraints": "",
        "format": "",
    }
