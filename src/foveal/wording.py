"""Pieces of error messages."""

from collections.abc import Iterable


def suggest(wrong: str, known: Iterable[str]) -> str:
    """The fix for a name that is not known: the nearest one, else all there are."""
    from difflib import get_close_matches

    names = sorted(known)
    near = get_close_matches(wrong, names, n=1)
    return f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(names)}"


def shortened(value: object) -> str:
    """A value as Python writes it, cut where a line would get too long."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
