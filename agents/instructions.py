"""The four layers of an instruction, from text files to the messages a model is sent.

Order is fixed. What stays the same for every input (system, constraints, format) makes the system
message, so that a model prefills it once; what changes (visual) makes the user message.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Final, Literal

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from foveal.models.protocol import Conversation, Message, Part, Picture
from foveal.schemas.errors import BadWorkflow

Language = Literal["en", "zh"]
Role = Literal[
    "judge",
    "locate",
    "survey",
    "verify",
    "sight",
    "look",
    "liken",
    "find",
    "confirm",
    "recognise",
    "report",
    "scout",
    "explore",
]

ALONE: frozenset[Role] = frozenset(
    {"sight", "look", "find", "confirm", "recognise", "scout", "explore"}
)
"""Roles that are shown one picture at first, named A."""

TOLD: frozenset[Role] = frozenset({"report"})
"""Roles that are shown no picture."""

YES_NO: Final[dict[Language, tuple[str, str]]] = {"en": ("yes", "no"), "zh": ("是", "否")}
"""How a claim is answered."""

_PLACE = re.compile(r"\[([A-Z]\w*)\]")
"""Where a picture goes in the visual layer: its name in brackets, such as [A]."""

_TEMPLATES = SandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True)
"""Sandboxed, because layers come with workflow files that others wrote."""


@dataclass(frozen=True)
class Brief:
    """Instructions filled in, as sent but for the pictures."""

    system: str
    visual: str

    def conversation(self, pictures: Sequence[Picture]) -> Conversation:
        """The messages to send, with the pictures put in their places."""
        shown = _place(self.visual, {picture.name: picture for picture in pictures})
        return Message("system", (self.system,)), Message("user", shown)

    def told(self) -> Conversation:
        """The messages to send without a picture: what stands in brackets is text."""
        return Message("system", (self.system,)), Message("user", (self.visual,))

    def turned_round(self) -> "Brief":
        """The pictures shown in reverse order, each with the line that introduces it."""
        lines = self.visual.split("\n")
        showing = [index for index, line in enumerate(lines) if _PLACE.search(line)]
        swapped = dict(zip(showing, reversed(showing), strict=True))
        reordered = [lines[swapped.get(index, index)] for index in range(len(lines))]
        return replace(self, visual="\n".join(reordered))

    @cached_property
    def sha256(self) -> str:
        return sha256(f"{self.system}\0{self.visual}".encode()).hexdigest()


@dataclass(frozen=True)
class Instructions:
    """Four layers, each a jinja2 template."""

    system: str
    visual: str
    constraints: str
    format: str

    def brief(self, values: Mapping[str, object]) -> Brief:
        """Raises BadWorkflow where a layer names what `values` does not hold."""
        fixed = (self.system, self.constraints, self.format)
        stable = "\n".join(_fill(layer, values) for layer in fixed)
        return Brief(stable, _fill(self.visual, values))

    def conversation(
        self, pictures: Sequence[Picture], values: Mapping[str, object]
    ) -> Conversation:
        return self.brief(values).conversation(pictures)

    def replaced(self, layers: Mapping[str, str]) -> "Instructions":
        return replace(self, **layers)

    def asking_for_thought(self, request: str) -> "Instructions":
        """The constraints end with the request to think; without any, the visual layer does."""
        layer = "constraints" if self.constraints else "visual"
        return self.replaced({layer: f"{getattr(self, layer)}\n{request}"})


@lru_cache
def load_instructions(role: Role, language: Language) -> Instructions:
    """As they ship."""
    names = ("system", "visual", "constraints", "format")
    return Instructions(*(_read(role, language, name) for name in names))


def asked_again(role: Role, language: Language, values: Mapping[str, object]) -> str:
    """What a role is told after an answer that will not do."""
    return _fill(_read(role, language, "again"), values)


def _read(role: Role, language: Language, name: str) -> str:
    """The role's own words, else those that most roles have in common."""
    texts, within = files("foveal.agents") / "texts", f"{language}/{name}.txt"
    own, common = texts / role / within, texts / "common" / within
    path = common if common.is_file() and not own.is_file() else own
    return path.read_text(encoding="utf-8").rstrip("\n")


@lru_cache
def other_claims(role: Literal["confirm", "verify"], language: Language) -> tuple[str, ...]:
    """Other words for the layer that puts a claim, as they ship."""
    return tuple(_read(role, language, "others").splitlines())


@lru_cache
def request_for_thought(language: Language) -> str:
    """What an agent that has tokens to think with is told."""
    text = files("foveal.agents") / "texts" / "thinking" / f"{language}.txt"
    return text.read_text(encoding="utf-8").strip()


def _fill(template: str, values: Mapping[str, object]) -> str:
    try:
        return _compiled(template).render(values).strip()
    except TemplateError as error:
        raise BadWorkflow(
            f"the layer {template!r} cannot be filled in ({error})",
            fix=f"a layer may use {', '.join(values)} in jinja2's syntax",
        ) from error


@lru_cache(maxsize=256)
def _compiled(template: str) -> Template:
    return _TEMPLATES.from_string(template)


def _place(text: str, pictures: Mapping[str, Picture]) -> tuple[Part, ...]:
    pieces = _PLACE.split(text)
    places = set(pieces[1::2])
    if places != set(pictures):
        raise BadWorkflow(
            f"the visual layer {text!r} shows {sorted(places)} in place of {sorted(pictures)}",
            fix="put the name of each picture in brackets where it goes",
        )
    return tuple(
        pictures[piece] if index % 2 else piece for index, piece in enumerate(pieces) if piece
    )
