"""Many wordings of the same four layers, so that the model follows instructions, not one string."""

from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Final, get_args

from numpy.random import Generator

from foveal.agents.instructions import (
    ALONE,
    TOLD,
    YES_NO,
    Brief,
    Instructions,
    Language,
    Role,
    load_instructions,
    request_for_thought,
)
from foveal.training.chunk import KINDS
from foveal.training.wording_words import ALTERNATIVES, LABELS, SENTENCES, SUBJECTS, Label

_CONSTRAINED = 0.4
"""Share of other wordings that come with constraints."""

_CHINESE, _CHINESE_MORE = 0.35, 0.65
"""Shares of wordings; a label is known in both languages long before a claim about it is, or a
document that holds it."""

_SLOW_IN_CHINESE: Final = ("verify", "confirm", "report")

_THOUGHT_AS_SHIPPED = 0.8
"""Share of requests for a thought that are in the agents' words."""


@dataclass(frozen=True)
class Wording:
    """One way to give a role its instructions."""

    instructions: Instructions
    labels: dict[str, Label]
    """By kind, in the order shown."""

    subject: str
    language: Language
    sentences: tuple[str, ...] = ()
    """Of constraints."""

    def name(self, kind: int) -> str:
        return self.labels[KINDS[kind]].name

    def thinking(self, rng: Generator) -> "Wording":
        """With the request to think first, as the agents send it or in other words."""
        request = request_for_thought(self.language)
        if rng.random() > _THOUGHT_AS_SHIPPED:
            request = str(rng.choice(ALTERNATIVES[self.language]["thinking"]))
        return replace(self, instructions=self.instructions.asking_for_thought(request))

    def brief(self, **more: object) -> Brief:
        """As sent; `more` is what this role's layers name besides."""
        labels = list(self.labels.values())
        return self.instructions.brief(
            {"subject": self.subject, "labels": labels, "sentences": self.sentences, **more}
        )


def shipped(role: Role, language: Language = "en") -> Wording:
    """As the agents send it, with the shipped workflow's labels."""
    labels = {kind: names[0] for kind, names in LABELS[language].items()}
    return Wording(load_instructions(role, language), labels, SUBJECTS[language][0], language)


def vary(rng: Generator, role: Role, *, variety: float) -> Wording:
    """In one of the languages as shipped, or with probability `variety` in other words or names."""
    chinese = _CHINESE_MORE if role in _SLOW_IN_CHINESE else _CHINESE
    language: Language = "zh" if rng.random() < chinese else "en"
    wording = shipped(role, language)
    if rng.random() >= variety:
        return wording
    labels = _relabelled(rng, language)
    return Wording(
        _reworded(rng, wording.instructions, role, language),
        labels,
        str(rng.choice(SUBJECTS[language])),
        language,
        _constrained(rng, labels, language) if rng.random() < _CONSTRAINED else (),
    )


_ONE_VISUAL: Final = ("survey", "scout", "explore", "report")
"""Roles whose visual layer says more than the others' words would: the whole part, or facts."""


def _reworded(
    rng: Generator, original: Instructions, role: Role, language: Language
) -> Instructions:
    others = ALTERNATIVES[language]

    def layer(current: str, name: str) -> str:
        return current if rng.random() < 0.4 else str(rng.choice(others[name]))

    if role in {"sight", "recognise"}:
        return Instructions(
            original.system, original.visual, original.constraints, layer(original.format, role)
        )
    kind = f" {role}" if role in {*TOLD, "liken"} else " alone" if role in ALONE else ""
    return Instructions(
        layer(original.system, f"system{kind}"),
        original.visual if role in _ONE_VISUAL else layer(original.visual, f"visual{kind}"),
        _with_sentences(layer(original.constraints, "constraints")),
        layer(original.format, role),
    )


def _with_sentences(constraints: str) -> str:
    if "sentences" in constraints:
        return constraints
    return f"{constraints}\n{{{{ sentences | join('\n') }}}}"


def _relabelled(rng: Generator, language: Language) -> dict[str, Label]:
    kinds = list(LABELS[language])
    if rng.random() < 0.6:
        rng.shuffle(kinds)
    renamed = rng.random() < 0.5
    return {
        kind: LABELS[language][kind][
            int(rng.integers(len(LABELS[language][kind]))) if renamed else 0
        ]
        for kind in kinds
    }


def _constrained(rng: Generator, labels: dict[str, Label], language: Language) -> tuple[str, ...]:
    defects = [label.name for kind, label in labels.items() if kind != "none"]
    label, other = rng.choice(defects, 2, replace=False)
    millimetres = float(rng.choice((0.1, 0.2, 0.3, 0.5, 0.8, 1, 1.5)))
    templates = rng.choice(SENTENCES[language], int(rng.integers(1, 3)), replace=False)
    return tuple(
        str(template).format(label=label, other=other, mm=millimetres) for template in templates
    )


def corpus() -> list[str]:
    """Texts of wordings and the words of tasks to come, for the tokenizer to learn merges from."""
    texts: list[str] = []
    for language in SUBJECTS:
        texts += SUBJECTS[language] + YES_NO[language]
        for names in LABELS[language].values():
            texts += [text for label in names for text in (label.name, label.meaning)]
        for layers in ALTERNATIVES[language].values():
            texts += layers
        texts.append(request_for_thought(language))
        for role in get_args(Role):
            layers_of = shipped(role, language).instructions
            texts += [layers_of.system, layers_of.visual, layers_of.constraints, layers_of.format]
    vocabulary = files("foveal.training") / "vocabulary.txt"
    return [*texts, *vocabulary.read_text(encoding="utf-8").splitlines()]
