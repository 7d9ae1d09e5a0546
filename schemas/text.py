"""What a model reads: said once, or once for each language."""

from typing import Annotated

from pydantic import Discriminator, Tag

from foveal.schemas.language import Language

PLAIN, BY_LANGUAGE = "a text", "a text by language"
"""Where pydantic says in which form something is wrong; no steps of a place in a file."""


def _form(given: object) -> str:
    return BY_LANGUAGE if isinstance(given, dict) else PLAIN


Text = Annotated[
    Annotated[str, Tag(PLAIN)] | Annotated[dict[Language, str], Tag(BY_LANGUAGE)],
    Discriminator(_form),
]
"""The same in every language, or once for each; reports quote the first."""


def is_said_in(text: Text, language: Language) -> bool:
    return isinstance(text, str) or language in text


def said_in(text: Text, language: Language) -> str:
    return text if isinstance(text, str) else text[language]


def quoted(text: Text) -> str:
    """As reports have it, whatever language the model was asked in."""
    return text if isinstance(text, str) else next(iter(text.values()))
