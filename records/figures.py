"""How a page writes numbers, hashes and measurements."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

_SHOWN_HASH = 12


def probability(value: float) -> str:
    """Three decimals; never a round 0 or 1 for what is only close to it."""
    if 0 < value < 0.0005:
        return "< 0.001"
    if 0.9995 <= value < 1:
        return "> 0.999"
    return f"{value:.3f}"


def percent(share: float) -> str:
    """One decimal, rounded down: 99.96 % looked at is not all."""
    return f"{int(share * 1000 + 1e-9) / 10:.1f} %"


def rate(share: float) -> str:
    """As it was stated: 5 %, not 5.0 %."""
    return f"{share * 100:.3g} %"


def length_mm(value: float) -> str:
    return f"{value:.2f} mm" if value >= 0.1 else f"{value:.3f} mm"


def short_hash(value: str) -> str:
    """The first digits of a hash, without its kind; other names stay as they are."""
    digest = value.rpartition(":")[2]
    return digest[:_SHOWN_HASH] if _is_hash(digest) else value


def _is_hash(text: str) -> bool:
    return len(text) > _SHOWN_HASH and set(text) <= set("0123456789abcdef")


def measured(values: Mapping[str, object], *, under: str = "") -> Iterator[tuple[str, str]]:
    """Nested measurements as lines of name and figure, in the order they were taken."""
    for key, value in values.items():
        name = f"{under} {key}".strip().replace("_", " ")
        if isinstance(value, Mapping):
            yield from measured(value, under=name)
        else:
            yield name, _figure(value)


def _figure(value: object) -> str:
    match value:
        case None:
            return "not known"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.5g}"
        case str():
            return value
        case Sequence():
            return _table(value) if any(map(_is_row, value)) else ", ".join(map(_figure, value))
    return str(value)


def _table(rows: Sequence[object]) -> str:
    """A line each, numbers under each other."""
    lines = [[_figure(cell) for cell in row] if _is_row(row) else [_figure(row)] for row in rows]
    width = max(len(cell) for line in lines for cell in line)
    return "\n".join("  ".join(cell.rjust(width) for cell in line) for line in lines)


def _is_row(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, str)
