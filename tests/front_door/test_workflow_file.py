"""A workflow file is loaded whole, or refused with its place and what to do."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from jsonschema_rs import validator_for

from foveal.agents.briefs import brief_for
from foveal.schemas.errors import BadWorkflow
from foveal.schemas.plan import SearchPlan
from foveal.schemas.workflow import Agent
from foveal.training.wordings import shipped
from foveal.workflow_file import load_workflow, shipped_workflows

Written = Callable[..., Path]

KEYS = (
    "use one of calibration, constraints, decision, document, graph, harmless, instructions, "
    "labels, language, loading, looks, max_regions, model, name, plan, scale, subject, thinking, "
    "verification"
)


def refusal(path: Path) -> str:
    """What is said after the name of the file."""
    with pytest.raises(BadWorkflow) as refused:
        load_workflow(path)
    return str(refused.value).removeprefix(repr(str(path))).removeprefix(":").strip()


@pytest.mark.parametrize("name", shipped_workflows())
def test_every_workflow_that_ships_is_loaded_by_its_name(name: str) -> None:
    assert load_workflow(name).name == name


def test_a_file_is_loaded_by_its_path(written: Written) -> None:
    path = written()

    assert load_workflow(path) == load_workflow(str(path))


def test_a_name_that_does_not_ship_is_answered_with_the_nearest() -> None:
    with pytest.raises(BadWorkflow, match=r"'bord-compare' ships: did you mean 'board-compare'\?"):
        load_workflow("bord-compare")


def test_a_name_unlike_any_is_answered_with_all_that_ship() -> None:
    with pytest.raises(
        BadWorkflow,
        match=r"use one of board-8d, board-compare, board-incoming, board-inspect, "
        r"board-summary \(a file is given as \./xyz",
    ):
        load_workflow("xyz")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadWorkflow, match=r"there is no file '.*none\.yaml': check the path"):
        load_workflow(tmp_path / "none.yaml")


UNKNOWN_KEYS = {
    "top level": (
        ("labels:", "lables:"),
        "unknown key 'lables' at top level: did you mean 'labels'? (1 more after this)",
    ),
    "nothing near": (("harmless", "zzz: 1\nharmless"), f"unknown key 'zzz' at top level: {KEYS}"),
    "in a list": (
        ("meaning: cut through", "meening: cut through"),
        "unknown key 'meening' in labels[0]: did you mean 'meaning'? (1 more after this)",
    ),
    "in a section": (
        ("harmless", "scale: {px_per_m: 5}\nharmless"),
        "unknown key 'px_per_m' in scale: did you mean 'px_per_mm'? (1 more after this)",
    ),
    "in the layers of a role": (
        ("harmless", "instructions: {judge: {sytem: hi}}\nharmless"),
        "unknown key 'sytem' in instructions.judge: did you mean 'system'?",
    ),
    "a role": (
        ("harmless", "instructions: {jugde: {system: hi}}\nharmless"),
        "unknown key 'jugde' in instructions: "
        "it should be 'judge', 'survey', 'look', 'liken', 'find', 'confirm', 'recognise', "
        "'verify', 'report', 'scout' or 'explore'",
    ),
    "an agent that thinks": (
        ("harmless", "thinking: {jugde: 40}\nharmless"),
        "unknown key 'jugde' in thinking: "
        "it should be 'judge', 'survey', 'look', 'liken', 'find', 'confirm', 'recognise', "
        "'verify', 'report', 'scout' or 'explore'",
    ),
    "a merge": (
        ("harmless", "<<: {a: 1}\nharmless"),
        f"unknown key '<<' at top level: {KEYS}",
    ),
}


@pytest.mark.parametrize(("change", "said"), UNKNOWN_KEYS.values(), ids=UNKNOWN_KEYS)
def test_an_unknown_key_is_refused_with_the_nearest_known_one(
    written: Written, change: tuple[str, str], said: str
) -> None:
    assert refusal(written(*change)) == said


WRONG_VALUES = {
    "a number for a text": (
        ("name: open", "name: 5"),
        "labels[0].name is 5: it should be a valid string",
    ),
    "nothing for a text": (
        ("subject: boards", "subject:"),
        "subject is None: it should be a valid string",
    ),
    "an empty text": (
        ("name: open", 'name: ""'),
        "labels[0].name is '': String should have at least 1 character",
    ),
    "a list for a text": (
        ("subject: boards", "subject: [a]"),
        "subject is ['a']: it should be a valid string",
    ),
    "a text for a list": (
        ("harmless", "constraints: none\nharmless"),
        "constraints is 'none': it should be a valid array",
    ),
    "a number for a section": (
        ("harmless", "decision: 5\nharmless"),
        "decision is 5: it should be an object",
    ),
    "a text for a number": (
        ("harmless", "max_regions: many\nharmless"),
        "max_regions is 'many': it should be a valid integer",
    ),
    "a fraction for a whole number": (
        ("harmless", "max_regions: 1.5\nharmless"),
        "max_regions is 1.5: it should be a valid integer",
    ),
    "a number too small": (
        ("harmless", "scale: {px_per_mm: 0}\nharmless"),
        "scale.px_per_mm is 0: it should be greater than 0",
    ),
    "a number too large": (
        ("harmless", "looks: {size_px: 9999}\nharmless"),
        "looks.size_px is 9999: it should be less than or equal to 4096",
    ),
    "infinity": (
        ("harmless", "scale: {px_per_mm: .inf}\nharmless"),
        "scale.px_per_mm is '.inf': it should be a valid number",
    ),
    "a word that is not offered": (
        ("harmless", "graph: compar\nharmless"),
        "graph is 'compar': it should be 'compare', 'inspect' or 'survey'",
    ),
    "a pair with one number": (
        ("harmless", "decision: {review: [0.1]}\nharmless"),
        "decision.review[1] is missing: add it",
    ),
    "limits that fall": (
        ("harmless", "decision: {review: [0.9, 0.1]}\nharmless"),
        "decision: review (0.9, 0.1) must be two rising numbers from 0 to 1",
    ),
    "a claim that always holds": (
        ("harmless", "verification: {confirm_from: 0}\nharmless"),
        "verification.confirm_from is 0: it should be greater than 0",
    ),
    "a claim that never holds": (
        ("harmless", "verification: {confirm_from: 1.5}\nharmless"),
        "verification.confirm_from is 1.5: it should be less than or equal to 1",
    ),
    "a cover that is not known": (
        ("harmless", "verification: {covers: [black]}\nharmless"),
        "verification.covers[0] is 'black': it should be 'grey', 'surroundings' or 'reference'",
    ),
    "no tokens to think with": (
        ("harmless", "thinking: {judge: 0}\nharmless"),
        "thinking.judge is 0: it should be greater than or equal to 1",
    ),
    "half a token to think with": (
        ("harmless", "thinking: {judge: 1.5}\nharmless"),
        "thinking.judge is 1.5: it should be a valid integer",
    ),
    "no cover": (
        ("harmless", "verification: {covers: []}\nharmless"),
        "verification.covers is []: List should have at least 1 item after validation, not 0",
    ),
    "no vote": (
        ("harmless", "verification: {votes: []}\nharmless"),
        "verification.votes is []: List should have at least 1 item after validation, not 0",
    ),
    "a cover that needs a template where there is none": (
        ("harmless", "graph: inspect\nverification: {covers: [reference]}\nharmless"),
        "verification.covers must hold a cover that needs no template",
    ),
    "a test of what a survey lists": (
        ("harmless", "graph: survey\nverification: {}\nharmless"),
        "verification must be left out: a survey does not test what it lists",
    ),
    "a plan by nobody known": (
        ("harmless", "graph: inspect\nplan: something\nharmless"),
        "plan.by is 'something': it should be 'search' or 'model'",
    ),
    "a plan that is none": (
        ("harmless", "graph: inspect\nplan: 5\nharmless"),
        "plan is 5: it should be an object",
    ),
    "no call": (
        ("harmless", "graph: inspect\nplan: {by: model, most_calls: 0}\nharmless"),
        "plan.most_calls is 0: it should be greater than or equal to 1",
    ),
    "a scout for a model that looks": (
        ("harmless", "graph: inspect\nplan: {by: model, scout: true}\nharmless"),
        "plan: scout must be left out where the model looks: it begins where it likes",
    ),
    "a model that looks where a template says what to look at": (
        ("harmless", "plan: model\nharmless"),
        "plan must not say who looks or scouts: only 'inspect' searches a part",
    ),
    "a scout where a template says what to look at": (
        ("harmless", "plan: {scout: true}\nharmless"),
        "plan must not say who looks or scouts: only 'inspect' searches a part",
    ),
    "a harmless label that is none of the labels": (
        ("harmless: none", "harmless: fine"),
        "harmless 'fine' must be one of the labels ['open', 'none']",
    ),
    "a label given twice": (
        ("name: open", "name: none"),
        "labels ['none', 'none'] must have distinct names",
    ),
    "a key that is missing": (("subject: boards\n", ""), "subject is missing: add it"),
    "a key that is missing in a list": (
        ("    meaning: cut through\n", ""),
        "labels[0].meaning is missing: add it",
    ),
    "a long value": (
        ("harmless", f"scale: {'x' * 500}\nharmless"),
        f"scale is '{'x' * 58}…: it should be an object",
    ),
}


@pytest.mark.parametrize(("change", "said"), WRONG_VALUES.values(), ids=WRONG_VALUES)
def test_a_wrong_value_is_refused_with_its_place(
    written: Written, change: tuple[str, str], said: str
) -> None:
    assert refusal(written(*change)) == said


@pytest.mark.parametrize("plan", ["model", "{by: model}"])
def test_a_plan_may_be_named_by_who_looks(written: Written, plan: str) -> None:
    workflow = load_workflow(written("harmless", f"graph: inspect\nplan: {plan}\nharmless"))

    assert workflow.plan == SearchPlan(by="model")


def test_an_unknown_key_of_a_plan_is_answered_with_the_nearest(written: Written) -> None:
    said = refusal(written("harmless", "plan: {scuot: true}\nharmless"))

    assert said == "unknown key 'scuot' in plan: did you mean 'scout'?"


def test_of_several_mistakes_the_first_is_said_and_the_others_counted(written: Written) -> None:
    path = written("name: boards\nsubject: boards\n", "")

    assert refusal(path) == "name is missing: add it (1 more after this)"


def constrained(schema: str) -> str:
    return f"constraints:\n  - sentence: report no dust\n    finding: {schema}\n"


def test_a_constraint_of_valid_json_schema_is_taken(written: Written) -> None:
    schema = {"properties": {"size_mm": {"minimum": 2}}}

    workflow = load_workflow(written(added=constrained(json.dumps(schema))))

    assert workflow.constraints[0].finding == schema


@pytest.mark.parametrize(
    "schema", ["{type: obj}", "{pattern: '('}", "{$ref: '#/nowhere'}", "{required: size_mm}"]
)
def test_a_constraint_that_is_no_json_schema_is_refused(written: Written, schema: str) -> None:
    said = refusal(written(added=constrained(schema)))

    assert said.startswith("constraints[0].finding is no JSON Schema (")
    assert said.endswith("): correct the schema")


def test_a_constraint_that_would_be_fetched_from_elsewhere_is_refused(written: Written) -> None:
    said = refusal(written(added=constrained("{$ref: 'http://localhost:9/x.json'}")))

    assert "Retrieval is disabled" in said


WRONG_CONSTRAINTS = {
    "a field no finding has": (
        "{properties: {size: {minimum: 2}}}",
        "names 'size', which no finding has: did you mean 'size_mm'?",
    ),
    "such a field required": (
        "{required: [lable]}",
        "names 'lable', which no finding has: did you mean 'label'?",
    ),
    "such a field in one of several": (
        "{anyOf: [{properties: {label: {const: open}}}, {not: {required: [sizes_mm]}}]}",
        "names 'sizes_mm', which no finding has: did you mean 'size_mm'?",
    ),
    "such a field behind a reference": (
        "{$ref: '#/$defs/a', $defs: {a: {required: [sizes_mm]}}}",
        "names 'sizes_mm', which no finding has: did you mean 'size_mm'?",
    ),
    "such a field required beside another": (
        "{dependentRequired: {label: [szie_mm]}}",
        "names 'szie_mm', which no finding has: did you mean 'size_mm'?",
    ),
    "such a field of what tested it": (
        "{properties: {verification: {required: [suported]}}}",
        "names 'suported', which no verification has: did you mean 'supported'?",
    ),
    "no label but the harmless one": (
        "{properties: {label: {const: none}}}",
        "lets no defect through, so that every part would pass: allow one of open",
    ),
    "a pattern that no label has": (
        "{properties: {label: {$ref: '#/$defs/a'}}, $defs: {a: {pattern: ^dent$}}}",
        "lets no defect through, so that every part would pass: allow one of open",
    ),
    "a size without a scale": (
        "{required: [size_mm]}",
        "requires a size_mm, which no finding has without a scale: "
        "give scale: {px_per_mm: …}, or take it out of required",
    ),
    "a label that is none": (
        "{properties: {label: {enum: [open, dent]}}}",
        "no label is called 'dent': use one of open, none",
    ),
    "a label under another of its names": (
        "{properties: {label: {not: {const: 断路}}}}",
        "findings are not labelled '断路': write 'open'",
    ),
}


@pytest.mark.parametrize(("schema", "said"), WRONG_CONSTRAINTS.values(), ids=WRONG_CONSTRAINTS)
def test_a_constraint_on_what_no_finding_has_is_refused(
    written: Written, schema: str, said: str
) -> None:
    aliases = "meaning: cut through\n    aliases: [断路]"

    refused = refusal(written("meaning: cut through", aliases, added=constrained(schema)))

    assert refused.removeprefix("constraints[0].finding").lstrip(": ") == said


def test_a_schema_that_refers_to_itself_is_taken(written: Written) -> None:
    schema = "{properties: {label: {const: open}}, anyOf: [{$ref: '#'}, true]}"

    assert load_workflow(written(added=constrained(schema))).constraints[0].finding


def test_references_that_fan_out_are_followed_once_each(written: Written) -> None:
    deep = {f"{n}": {"anyOf": [{"$ref": f"#/$defs/{n + 1}"}] * 2} for n in range(40)}
    schema = {"$ref": "#/$defs/0", "$defs": deep | {"40": {"required": ["lable"]}}}

    assert "names 'lable'" in refusal(written(added=constrained(json.dumps(schema))))


def test_a_sentence_in_no_known_language_is_refused(written: Written) -> None:
    added = "constraints:\n  - sentence: {en: no dust, fr: rien}\n"

    said = refusal(written(added=added))

    assert said == "unknown key 'fr' in constraints[0].sentence: it should be 'en' or 'zh'"


def test_names_shared_by_two_labels_are_refused(written: Written) -> None:
    said = refusal(written("meaning: cut through", "meaning: cut\n    aliases: [NONE]"))

    assert said == "'none' names the labels 'open' and 'none': labels must have distinct names"


def test_a_workflow_is_loaded_in_another_language() -> None:
    assert load_workflow("board-compare", language="zh").language == "zh"


def test_a_language_that_a_workflow_lacks_is_refused(written: Written) -> None:
    with pytest.raises(BadWorkflow, match="'boards' is not all in 'zh': add to it label open, "):
        load_workflow(written(), language="zh")


@pytest.mark.parametrize("role", ["judge", "survey"])
def test_boards_are_described_in_chinese_as_the_model_was_trained(
    role: Literal["judge", "survey"],
) -> None:
    workflow = load_workflow("board-compare", language="zh")

    assert brief_for(role, workflow) == shipped(role, "zh").brief()


def judged_by(**layers: str) -> str:
    return f"instructions: {json.dumps({'judge': layers})}\n"


def test_layers_may_use_what_the_workflow_says(written: Written) -> None:
    layer = (
        "{% for label in labels %}{{ label.name }}: {{ label.meaning }}{% endfor %}{{ subject }}"
    )

    workflow = load_workflow(written(added=judged_by(constraints=layer)))

    assert workflow.instructions["judge"].constraints == layer


@pytest.mark.parametrize("role", ["look", "find", "confirm", "recognise", "verify", "scout"])
def test_layers_of_every_role_may_be_worded_otherwise(written: Written, role: Agent) -> None:
    layers = {role: {"system": "Look closely."}}

    workflow = load_workflow(written(added=f"instructions: {json.dumps(layers)}\n"))

    assert workflow.instructions[role].system == "Look closely."


def test_the_largest_view_may_be_named_to_a_model_that_looks(written: Written) -> None:
    layer = {"explore": {"format": "Zoom, at most {{ width }} by {{ height }} at a time."}}

    workflow = load_workflow(written(added=f"instructions: {json.dumps(layer)}\n"))

    assert workflow.instructions["explore"].format == layer["explore"]["format"]


@pytest.mark.parametrize(("layer", "taken"), [("{{ claim }}?", True), ("{{ claims }}?", False)])
def test_a_claim_may_be_named_where_one_is_asked_about(
    written: Written, layer: str, taken: bool
) -> None:
    path = written(added=f"instructions: {json.dumps({'confirm': {'format': layer}})}\n")

    if taken:
        assert load_workflow(path).instructions["confirm"].format == layer
    else:
        assert "'claims' is undefined" in refusal(path)


BROKEN_LAYERS = {
    "an unknown name": ("{{ lables }}", "'lables' is undefined"),
    "half a template": ("{% if %}", "Expected an expression, got 'end of statement block'"),
    "a sum of unlike things": ("{{ 1 + 'a' }}", "unsupported operand type(s) for +"),
    "a division by nothing": ("{{ 1 / 0 }}", "division by zero"),
    "a way out of the sandbox": (
        "{{ ''.__class__.__mro__ }}",
        "access to attribute '__class__' of 'str' object is unsafe",
    ),
    "endless work": (
        "{% for i in range(999999999) %}{% endfor %}",
        "Range too big. The sandbox blocks ranges larger than MAX_RANGE",
    ),
}


@pytest.mark.parametrize(("layer", "reason"), BROKEN_LAYERS.values(), ids=BROKEN_LAYERS)
def test_a_layer_that_cannot_be_filled_in_is_refused(
    written: Written, layer: str, reason: str
) -> None:
    said = refusal(written(added=judged_by(system=layer)))

    assert said.startswith("instructions.judge")
    assert f"cannot be filled in ({reason}" in said


@pytest.mark.parametrize("layer", ["Look.", "A: [A]", "A: [A] B: [B] [Note]"])
def test_a_visual_layer_shows_both_pictures_and_no_other(written: Written, layer: str) -> None:
    said = refusal(written(added=judged_by(visual=layer)))

    assert said.startswith(f"instructions.judge: the visual layer '{layer}' shows")


def test_constraints_of_the_shipped_workflows_can_be_enforced() -> None:
    for name in shipped_workflows():
        for constraint in load_workflow(name).constraints:
            validator_for(constraint.finding or {})
