"""A document in the making, and the properties that it is made of."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeVar

from numpy.random import Generator

from foveal.agents.facts import Defect, Facts
from foveal.agents.instructions import Language
from foveal.training.document_words import WORDS
from foveal.training.told import in_english

BOX: Final = {"type": "array", "items": {"type": "integer"}, "minItems": 4, "maxItems": 4}

_T = TypeVar("_T")


class Property(NamedTuple):
    name: str
    schema: dict[str, Any]
    value: object


class Draft:
    """Facts to write of, the label and the region that this document is after, and what it cites.

    `listed` and `names_worst` are noted as properties are made: a thought may begin with them.
    """

    def __init__(self, rng: Generator, facts: Facts, language: Language) -> None:
        self.rng, self.facts, self.language = rng, facts, language
        self.label = self.one(self._likely_labels())
        self.region = self.one(list(facts.regions)) if facts.regions else None
        self.listed: Sequence[Defect] | None = None
        self.names_worst = False

    def _likely_labels(self) -> Sequence[str]:
        found = [defect.label for defect in self.facts.defects]
        return found if found and self.rng.random() < 0.6 else self.facts.labels

    def one(self, choices: Sequence[_T]) -> _T:
        return choices[int(self.rng.integers(len(choices)))]

    def property(self, kind: str, schema: dict[str, Any], value: object, **said: str) -> Property:
        """Named and explained in one of the ways for this kind; a plain name may need no more."""
        words = WORDS[self.language][kind]
        region = str(self.region)
        said = {"label": self.label, "region": region, "region_en": in_english(region), **said}
        if self.rng.random() < 0.25 and "{good}" not in words.meanings[0]:
            return Property(_key(words.names[0], said), schema, value)
        meaning = self.one(words.meanings).format(**said)
        return Property(_key(self.one(words.names), said), schema | {"description": meaning}, value)


def as_object(properties: Sequence[Property]) -> dict[str, Any]:
    """Its schema."""
    return {
        "type": "object",
        "properties": {known.name: known.schema for known in properties},
        "required": [known.name for known in properties],
        "additionalProperties": False,
    }


def told_of(defect: Defect, field: str) -> object:
    """As an entry says it."""
    value = getattr(defect, field)
    return list(value) if field == "box" else value


def _key(name: str, said: dict[str, str]) -> str:
    return name.format(**said).replace(" ", "_")
