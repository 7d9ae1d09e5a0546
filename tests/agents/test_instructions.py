from itertools import product
from typing import get_args

import numpy as np
import pytest

from foveal.agents.briefs import brief_for
from foveal.agents.facts import Defect, Facts
from foveal.agents.instructions import (
    ALONE,
    TOLD,
    Brief,
    Instructions,
    Language,
    Role,
    load_instructions,
)
from foveal.models.protocol import Message, Picture
from foveal.schemas.box import Box
from foveal.schemas.errors import BadWorkflow
from foveal.schemas.workflow import LabelDefinition, Layers, Workflow

ROLES_AND_LANGUAGES = list(product(get_args(Role), get_args(Language)))
each_role = pytest.mark.parametrize(
    ("role", "language"), ROLES_AND_LANGUAGES, ids=["-".join(pair) for pair in ROLES_AND_LANGUAGES]
)
VALUES = {
    "subject": "boards",
    "labels": [{"name": "open", "meaning": "cut through"}, {"name": "none", "meaning": "fine"}],
    "sentences": ["Leave out dust."],
    "claim": "open",
    "facts": Facts(
        verdict="fail",
        defects=(Defect("open", Box(1, 2, 3, 4), 0.5, 0.9),),
        labels=("open",),
        part="b.png",
        size_px=(10, 10),
        workflow="boards",
        coverage=1.0,
    ),
    "instruction": "Write it down.",
    "properties": "- count (integer)",
    "width": 120,
    "height": 120,
}


def picture(name: str) -> Picture:
    return Picture(name, np.zeros((8, 8), np.uint8))


def pictures_of(role: Role) -> list[Picture]:
    if role in TOLD:
        return []
    return [picture("A")] if role in ALONE else [picture("A"), picture("B")]


def shape(message: Message) -> list[str]:
    """Names of pictures in brackets, and `text` for what stands around them."""
    return [f"[{part.name}]" if isinstance(part, Picture) else "text" for part in message.parts]


@each_role
def test_each_role_announces_every_picture_before_it_is_shown(
    role: Role, language: Language
) -> None:
    _, user = load_instructions(role, language).conversation(pictures_of(role), VALUES)

    shown = shape(user)
    assert user.role == "user"
    if role in TOLD:
        assert shown == ["text"]
        return
    assert shown[:2] == ["text", "[A]"]
    assert role in ALONE or shown[2:4] == ["text", "[B]"]


@each_role
def test_each_role_states_its_values_and_leaves_no_template_open(
    role: Role, language: Language
) -> None:
    system, _ = load_instructions(role, language).conversation(pictures_of(role), VALUES)

    (text,) = system.parts
    assert system.role == "system"
    assert isinstance(text, str)
    assert "{{" not in text
    assert "{%" not in text
    assert role in {"sight", "recognise"} or all(
        word in text for word in ("boards", "cut through", "Leave out dust.")
    )


def test_what_stays_the_same_stands_in_the_system_message_in_the_order_of_the_layers() -> None:
    layers = Instructions("who {{ a }}", "see [A]", "only {{ b }}", "as {{ c }}")

    system, user = layers.conversation([picture("A")], {"a": 1, "b": 2, "c": 3})

    assert system.parts == ("who 1\nonly 2\nas 3",)
    assert shape(user) == ["text", "[A]"]


@pytest.mark.parametrize("layer", ["system", "visual", "constraints", "format"])
def test_a_layer_that_names_an_unknown_value_is_refused(layer: str) -> None:
    layers = load_instructions("judge", "en").replaced({layer: "look at {{ colour }}"})

    with pytest.raises(BadWorkflow, match=r"'colour' is undefined.*may use subject, labels"):
        layers.brief(VALUES)


def test_a_layer_that_reaches_into_python_is_refused() -> None:
    layers = load_instructions("judge", "en").replaced({"system": "{{ ''.__class__.__mro__ }}"})

    with pytest.raises(BadWorkflow, match="unsafe"):
        layers.brief(VALUES)


def test_turned_round_each_picture_keeps_the_line_that_introduces_it() -> None:
    brief = Brief("", "Look.\nReference A: [A]\nTested part B: [B]\nSame place.")

    turned = brief.turned_round()

    assert turned.visual == "Look.\nTested part B: [B]\nReference A: [A]\nSame place."
    assert turned.turned_round() == brief


def test_pictures_that_share_a_line_cannot_be_turned_round() -> None:
    brief = Brief("", "A and B: [A] [B]")

    assert brief.turned_round() == brief


@pytest.mark.parametrize("visual", ["[A] only", "no place", "[A], [B] and [C]"])
def test_pictures_and_their_places_must_match(visual: str) -> None:
    with pytest.raises(BadWorkflow, match=r"in place of \['A', 'B'\]"):
        Brief("", visual).conversation([picture("A"), picture("B")])


def test_a_picture_may_be_shown_first() -> None:
    (_, user) = Brief("", "[A] is it.").conversation([picture("A")])

    assert shape(user) == ["[A]", "text"]


def test_the_hash_names_the_words_sent_whatever_their_layers() -> None:
    layers = load_instructions("judge", "en")
    other = VALUES | {"subject": "panels"}

    assert layers.brief(VALUES).sha256 == layers.brief(dict(VALUES)).sha256
    assert layers.brief(VALUES).sha256 != layers.brief(other).sha256


@pytest.mark.parametrize("role", ["judge", "survey"])
def test_a_workflow_replaces_only_the_layers_it_gives(role: str, workflow: Workflow) -> None:
    replaced = Workflow.model_validate(
        workflow.model_dump()
        | {"instructions": {role: Layers(system="Be strict about {{ subject }}.")}}
    )

    shipped, changed = brief_for(role, workflow), brief_for(role, replaced)  # type: ignore[arg-type]  # parametrised

    assert changed.system.startswith("Be strict about test traces.\nLabels:\n- open: copper is cut")
    assert changed.system.splitlines()[1:] == shipped.system.splitlines()[1:]
    assert changed.visual == shipped.visual


def test_layers_and_labels_may_be_in_any_language(workflow: Workflow) -> None:
    labels = [
        LabelDefinition(name="Unterbrechung", meaning="Kupfer ist durchtrennt"),
        LabelDefinition(name="keine", meaning="nichts ist falsch"),
    ]
    layers = Layers(
        system="Du prüfst {{ subject }}: {% for one in labels %}{{ one.name }} {% endfor %}",
        visual="Vorlage: [A]\nTeil: [B]",
        constraints="",
        format="Antworte mit einem Wort.",
    )
    german = {"labels": labels, "harmless": "keine", "subject": "Leiterplatten", "constraints": []}
    spoken = workflow.model_copy(update=german | {"instructions": {"judge": layers}})

    brief = brief_for("judge", spoken)
    assert (
        brief.system == "Du prüfst Leiterplatten: Unterbrechung keine\n\nAntworte mit einem Wort."
    )
    assert brief.visual == "Vorlage: [A]\nTeil: [B]"


def test_a_workflow_speaks_its_language(workflow: Workflow) -> None:
    chinese = workflow.model_copy(update={"language": "zh"})

    assert "标签" in brief_for("judge", chinese).system


@pytest.mark.parametrize("language", get_args(Language))
def test_a_reporter_is_told_what_was_found_and_asked_what_to_write(language: Language) -> None:
    _, user = load_instructions("report", language).brief(VALUES).told()

    (text,) = user.parts
    assert isinstance(text, str)
    assert all(said in text for said in ("b.png", "[1,2,3,4]", "0.5", "0.9", "fail", "open 1"))
    assert text.endswith("Write it down.\n- count (integer)")


def test_brackets_in_what_a_reporter_is_told_are_text() -> None:
    brief = load_instructions("report", "en").brief(VALUES | {"instruction": "See [A]."})

    assert "See [A]." in str(brief.told()[1].parts[0])
