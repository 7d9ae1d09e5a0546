"""Answers chosen after a thought, the same way for all who judge."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from langgraph.runtime import Runtime

from foveal.agents.alone import exhibits_of, look_at
from foveal.agents.briefs import brief_for
from foveal.agents.context import Context, Gallery
from foveal.agents.inspection import Inspection, Judgement, Region
from foveal.agents.judge import judge
from foveal.agents.liken import liken
from foveal.agents.recognise import recognise
from foveal.agents.scripted import ScriptedModel, shown
from foveal.agents.verify import verify
from foveal.models.protocol import Choice, ChooseRequest, Reply, VisionLanguageModel, WriteRequest
from foveal.schemas.box import Box
from foveal.schemas.report import Usage
from foveal.schemas.verification import Verification
from foveal.schemas.workflow import Agent, Workflow
from foveal.tools.image import Image, Pixels

RunWith = Callable[[VisionLanguageModel, Workflow], Runtime[Context]]

WRONG = {"open": 0.9, "spur": 0.05, "none": 0.05}
THOUGHT = "The trace is cut."


@dataclass(eq=False)
class Counting(ScriptedModel):
    """Keeps how many requests each call held."""

    thinking: str = THOUGHT
    calls: list[tuple[str, int]] = field(default_factory=list)

    def choose(self, requests: Sequence[ChooseRequest]) -> list[Choice]:
        self.calls.append(("choose", len(requests)))
        return super().choose(requests)

    def write(self, requests: Sequence[WriteRequest]) -> list[Reply]:
        self.calls.append(("write", len(requests)))
        return super().write(requests)


class Ledger:
    def __init__(self) -> None:
        self.chosen: list[dict[str, Any]] = []

    def image(self, image_id: str, pixels: Pixels) -> None: ...

    def append(self, kind: str, **data: object) -> None:
        if kind == "choose":
            self.chosen.append(data)


@pytest.fixture
def judged(state: Inspection, cut_region: Region) -> Inspection:
    known = Judgement(region=cut_region, probabilities=WRONG, looks=[])
    return {**state, "judgements": [known]}


def thinking(workflow: Workflow, role: Agent, *, tokens: int = 20) -> Workflow:
    return workflow.model_copy(update={"thinking": {role: tokens}, "verification": Verification()})


def without_template(state: Inspection) -> Inspection:
    alone = state.copy()
    del alone["template"], alone["aligned"]
    return alone


def ask_judge(state: Inspection, runtime: Runtime[Context]) -> Usage:
    return judge(state, runtime)["usage"]


def ask_look(state: Inspection, runtime: Runtime[Context]) -> Usage:
    boxes = [Box(0, 0, 64, 64), Box(60, 40, 124, 104)]
    return look_at(exhibits_of(boxes, state, runtime.context), runtime.context, kept=True)[1]


def ask_liken(state: Inspection, runtime: Runtime[Context]) -> Usage:
    looks = runtime.context.workflow.looks
    boxes = [region.surroundings(1.6, looks, within=(240, 160)) for region in state["regions"]]
    return liken(boxes, state, runtime.context)[1]


def ask_verify(state: Inspection, runtime: Runtime[Context]) -> Usage:
    return verify(state, runtime)["usage"]


def ask_confirm(state: Inspection, runtime: Runtime[Context]) -> Usage:
    return verify(without_template(state), runtime)["usage"]


def ask_recognise(state: Inspection, runtime: Runtime[Context]) -> Usage:
    return recognise(without_template(state), runtime)["usage"]


ASKING: dict[Agent, tuple[Callable[[Inspection, Runtime[Context]], Usage], int]] = {
    "judge": (ask_judge, 2),
    "look": (ask_look, 2),
    "liken": (ask_liken, 2),
    "verify": (ask_verify, 4),
    "confirm": (ask_confirm, 4),
    "recognise": (ask_recognise, 1),
}


@pytest.mark.parametrize("role", ASKING)
def test_all_think_together_and_then_all_answer_together(
    role: Agent, judged: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    ask, questions = ASKING[role]
    model = Counting()

    usage = ask(judged, run_with(model, thinking(workflow, role)))

    assert model.calls == [("write", questions), ("choose", questions)]
    assert usage.model_calls == 2 * questions
    for thought, answer in zip(model.written, model.chosen, strict=True):
        assert thought.conversation is answer.conversation
        assert (thought.thinking_tokens, thought.max_new_tokens) == (20, 20)
        assert thought.grammar is None
        assert answer.thinking == THOUGHT
        assert "\nThink first, briefly.\n" in str(answer.conversation[0].parts[0])


@pytest.mark.parametrize("role", ASKING)
def test_without_a_budget_of_its_own_an_agent_answers_at_once(
    role: Agent, judged: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    ask, questions = ASKING[role]
    model = Counting()

    ask(judged, run_with(model, thinking(workflow, "report")))

    assert model.calls == [("choose", questions)]
    assert {request.thinking for request in model.chosen} == {""}
    assert "Think" not in str(model.chosen[0].conversation[0].parts[0])


@pytest.mark.parametrize("role", ASKING)
def test_thoughts_and_how_they_ended_stand_in_the_ledger(
    role: Agent, judged: Inspection, workflow: Workflow, template: Image, tested: Image
) -> None:
    ask, questions = ASKING[role]
    ledger, model = Ledger(), Counting(finish="length")
    context = Context(model, thinking(workflow, role), Gallery(template, tested), ledger)

    ask(judged, Runtime(context=context))

    said = [(line["thought"], line["thought_finish"]) for line in ledger.chosen]
    assert said == [(THOUGHT, "length")] * questions
    assert ledger.chosen[0]["usage"].model_calls == 2


def test_what_a_thought_says_is_not_taken_for_an_answer(
    state: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    model = Counting(choosing=lambda _: {"open": 0.1, "spur": 0.1, "none": 0.8})

    (known, _) = judge(state, run_with(model, thinking(workflow, "judge")))["judgements"]

    assert known.looks[0].thought == THOUGHT
    assert known.probabilities == {"open": 0.1, "spur": 0.1, "none": 0.8}


def test_a_model_asked_in_chinese_is_asked_to_think_in_chinese(
    state: Inspection, in_chinese: Workflow, run_with: RunWith
) -> None:
    model = Counting(choosing=lambda _: {"断路": 1.0, "毛刺": 0.0, "正常": 0.0})

    judge(state, run_with(model, thinking(in_chinese, "judge")))

    assert "\n先简短思考。\n" in str(model.chosen[0].conversation[0].parts[0])


def test_the_same_pictures_are_shown_for_the_thought_and_for_the_answer(
    state: Inspection, workflow: Workflow, run_with: RunWith
) -> None:
    model = Counting()

    judge(state, run_with(model, thinking(workflow, "judge")))

    (thought, _), (answer, _) = model.written, model.chosen
    before, after = shown(thought.conversation), shown(answer.conversation)
    assert all(before[name] is after[name] for name in "AB")


@pytest.mark.parametrize("role", ["judge", "find", "survey"])
def test_the_request_to_think_closes_the_constraints(role: Agent, workflow: Workflow) -> None:
    plain = brief_for(role, workflow)
    asked = brief_for(role, thinking(workflow, role))

    assert asked.visual == plain.visual
    assert asked.system.replace("\nThink first, briefly.", "") == plain.system
    assert asked.sha256 != plain.sha256
