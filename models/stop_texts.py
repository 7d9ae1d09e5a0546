"""Texts at which a free answer ends. They may begin inside a token and go over several."""

from collections.abc import Sequence


def holds_stop(text: str, stops: Sequence[str]) -> bool:
    return any(stop in text for stop in stops)


def before_stop(text: str, stops: Sequence[str]) -> str:
    """Up to the first of them."""
    return text[: min((text.index(stop) for stop in stops if stop in text), default=len(text))]


def safe_part(text: str, stops: Sequence[str]) -> str:
    """Without an end that may turn out to begin one of them."""
    starts = (stop[:length] for stop in stops for length in range(1, len(stop)))
    return text[: len(text) - max((len(s) for s in starts if text.endswith(s)), default=0)]
