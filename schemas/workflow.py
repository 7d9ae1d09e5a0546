from hashlib import sha256
from json import dumps
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from foveal.schemas.base import Strict
from foveal.schemas.box import BoxPx
from foveal.schemas.calibration import Calibration
from foveal.schemas.constraint import Constraint
from foveal.schemas.errors import BadWorkflow
from foveal.schemas.glossary import Glossary
from foveal.schemas.language import Language
from foveal.schemas.limits import Limits
from foveal.schemas.loading import Loading
from foveal.schemas.plan import Searcher, SearchPlan, named
from foveal.schemas.text import Text, is_said_in
from foveal.schemas.verification import Verification

Name = Annotated[str, Field(min_length=1)]


class Term(Strict):
    """An answer the model may give, and what it means."""

    name: Name
    meaning: str = Field(min_length=1)


class LabelDefinition(Term):
    """What a finding may be, under the one term that reports, constraints and evals use."""

    aliases: list[Name] = Field(
        default_factory=list, description="other names that labelled data may use"
    )
    translations: dict[Language, Term] = Field(
        default_factory=dict, description="what the model reads and answers in another language"
    )

    @property
    def other_names(self) -> list[str]:
        return [*self.aliases, *(term.name for term in self.translations.values())]

    def said_in(self, language: Language) -> Term:
        """As it is written where there is no translation."""
        return self.translations.get(language, self)


GraphName = Literal["compare", "inspect", "survey"]

INPUTS: dict[GraphName, tuple[str, ...]] = {
    "compare": ("template", "tested"),
    "inspect": ("image",),
    "survey": ("template", "tested"),
}
"""What each graph takes, in the order of the command line; the part itself comes last."""

Agent = Literal[
    "judge",
    "survey",
    "look",
    "liken",
    "find",
    "confirm",
    "recognise",
    "verify",
    "report",
    "scout",
    "explore",
]
"""Whose instructions a workflow may word otherwise, and who may think."""


class Layers(Strict):
    """Replacements for layers of an agent's instructions; jinja2 templates."""

    system: Text | None = None
    visual: Text | None = None
    constraints: Text | None = None
    format: Text | None = None


class Scale(Strict):
    px_per_mm: float = Field(gt=0, description="pixels of the tested image a millimetre")


class Looks(Strict):
    """How large a surrounding the model is shown, and how often where it is unsure."""

    size_px: int = Field(default=128, ge=32, le=4096, description="side of each picture sent")
    least_side_px: int = Field(default=64, ge=8, description="smallest region shown")
    around: float = Field(
        default=1.6, ge=1, le=10, description="side shown over the longest side of the region"
    )
    closer: list[Annotated[float, Field(ge=0.5, le=10)]] = Field(
        default=[1.2, 2.2], description="further surroundings, shown where the model is unsure"
    )
    alike: bool = Field(
        default=True,
        description="whether a place is also shown beside the one most like it on the same part, "
        "where there is no template",
    )
    swap_order: bool = Field(
        default=True, description="whether it is then also shown the tested part first"
    )
    turned: bool = Field(
        default=False,
        description="whether each further look at a place shows it turned by a quarter more, for "
        "parts that have no upright",
    )

    def turns(self, number: int) -> int:
        """Quarter turns of a look by its number, the first being 0."""
        return number if self.turned else 0


_FILE_NAME: dict[str, Any] = {"type": "string", "minLength": 1}
"""A workflow file names the file; a loaded workflow holds what is in it."""

_FILE_NAMES = {
    "type": "object",
    "propertyNames": {"enum": list(get_args(Language))},
    "additionalProperties": _FILE_NAME,
}


class Document(Strict):
    """What a run writes besides its report, under a schema of the user's own."""

    json_schema: Annotated[dict[str, Any], WithJsonSchema(_FILE_NAME)] = Field(
        alias="schema", description="file with a JSON Schema, seen from the workflow's"
    )
    instruction: Text = Field(description="what to write; one text, or one by language")
    regions: dict[Name, BoxPx] = Field(
        default_factory=dict,
        description="named areas in which findings are counted, in thousandths of the part's sides",
    )
    attempts: int = Field(
        default=2, ge=1, le=8, description="the model is told what no finding carries in between"
    )


class Workflow(Strict):
    """What a user writes and versions: everything specific to one inspection."""

    name: str = Field(min_length=1)
    graph: GraphName = "compare"
    model: str = Field(default="tiny", description="'tiny', a folder, or a hub name")
    loading: Loading = Loading()
    language: Language = Field(default="en", description="in which the model is asked")
    subject: Text = Field(
        description="what is inspected, as the system layer names it; one text, or one by language"
    )
    labels: list[LabelDefinition] = Field(min_length=2)
    harmless: str = Field(description="the label that means nothing is wrong")
    constraints: list[Constraint] = Field(default_factory=list)
    instructions: dict[Agent, Layers] = Field(default_factory=dict)
    thinking: dict[Agent, Annotated[int, Field(ge=1)]] = Field(
        default_factory=dict,
        description="tokens that an agent may think before it answers; others answer at once",
    )
    scale: Scale | None = None
    looks: Looks = Looks()
    plan: Annotated[
        SearchPlan, BeforeValidator(named, json_schema_input_type=Searcher | SearchPlan)
    ] = SearchPlan()
    decision: Limits = Limits()
    verification: Verification | None = Field(
        default=None, description="how findings are tested; null: they are not"
    )
    calibration: Annotated[
        dict[Language, Calibration], WithJsonSchema({"anyOf": [_FILE_NAME, _FILE_NAMES]})
    ] = Field(
        default_factory=dict,
        description="file that `foveal calibrate` wrote, seen from the workflow's; one, or one by "
        "the language that the model is asked in",
    )
    document: Document | None = Field(
        default=None, description="what to write of the report; null: the report alone"
    )
    max_regions: int = Field(default=200, ge=1, description="above this the parts differ too much")

    @model_validator(mode="after")
    def _names_are_distinct_and_known(self) -> Self:
        names = [label.name for label in self.labels]
        if len(set(names)) < len(names):
            raise ValueError(f"labels {names} must have distinct names")
        if self.harmless not in names:
            raise ValueError(f"harmless {self.harmless!r} must be one of the labels {names}")
        _ = self.glossary
        return self

    @model_validator(mode="after")
    def _searches_where_there_is_no_template(self) -> Self:
        if self.graph != "inspect" and (self.plan.scout or self.plan.by == "model"):
            raise ValueError(
                "plan must not say who looks or scouts: only 'inspect' searches a part"
            )
        return self

    @model_validator(mode="after")
    def _findings_can_be_tested(self) -> Self:
        if self.verification is None:
            return self
        if self.graph == "survey":
            raise ValueError("verification must be left out: a survey does not test what it lists")
        if not self.verification.covers_for(compared="template" in INPUTS[self.graph]):
            raise ValueError("verification.covers must hold a cover that needs no template")
        return self

    @model_validator(mode="after")
    def _languages_are_complete(self) -> Self:
        for language in {known for label in self.labels for known in label.translations}:
            if lacking := self._labels_without(language):
                raise ValueError(f"labels {lacking} must have a translation in {language!r} too")
        if lacking := self._texts_without(self.language):
            raise ValueError(f"{', '.join(lacking)} must be given in {self.language!r} too")
        return self

    def in_language(self, language: Language) -> Self:
        """Asked in it, under the calibration for it. Raises BadWorkflow."""
        if language == self.language:
            return self
        lacking = self._texts_without(language)
        lacking += [f"label {name}" for name in self._labels_without(language)]
        if lacking:
            raise BadWorkflow(
                f"workflow {self.name!r} is not all in {language!r}",
                fix=f"add to it {', '.join(lacking)}",
            )
        return self.model_copy(update={"language": language})

    def _labels_without(self, language: Language) -> list[str]:
        return [label.name for label in self.labels if language not in label.translations]

    def _texts_without(self, language: Language) -> list[str]:
        texts: dict[str, Text | None] = {"subject": self.subject}
        for index, constraint in enumerate(self.constraints):
            texts[f"constraints[{index}].sentence"] = constraint.sentence
        if self.document is not None:
            texts["document.instruction"] = self.document.instruction
        for role, layers in self.instructions.items():
            texts |= {f"instructions.{role}.{name}": layer for name, layer in layers}
        return [
            place
            for place, text in texts.items()
            if text is not None and not is_said_in(text, language)
        ]

    @property
    def glossary(self) -> Glossary:
        return Glossary({label.name: label.other_names for label in self.labels})

    @property
    def answers(self) -> dict[str, str]:
        """The label that each answer of the model stands for, in the language it is asked in."""
        return {label.said_in(self.language).name: label.name for label in self.labels}

    @property
    def defects(self) -> list[str]:
        """Names of the labels that mean something is wrong."""
        return [label.name for label in self.labels if label.name != self.harmless]

    @property
    def sha256(self) -> str:
        """Over the workflow as loaded: the file's layout does not count."""
        canonical = dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return sha256(canonical.encode()).hexdigest()
