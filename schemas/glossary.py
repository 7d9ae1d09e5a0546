"""One term for each label, whatever else it is called."""

from collections.abc import Iterable, Mapping
from unicodedata import normalize

from foveal.schemas.errors import BadLabel


class Glossary:
    """Labels by any of their names, however these are capitalised, spaced or composed."""

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        """The other names of each term. Raises ValueError where two terms share a name."""
        self._terms: dict[str, str] = {}
        for term, others in names.items():
            for name in (term, *others):
                known = self._terms.setdefault(_folded(name), term)
                if known != term:
                    raise ValueError(
                        f"{name!r} names the labels {known!r} and {term!r}: "
                        "labels must have distinct names"
                    )

    def term(self, name: str) -> str:
        """The one term for what is called so. Raises BadLabel."""
        try:
            return self._terms[_folded(name)]
        except KeyError:
            terms = ", ".join(dict.fromkeys(self._terms.values()))
            raise BadLabel(f"no label is called {name!r}", fix=f"use one of {terms}") from None


def _folded(name: str) -> str:
    composed = normalize("NFC", normalize("NFC", name).casefold())
    return " ".join(composed.split())
