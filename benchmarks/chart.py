"""Draws what steps cost, from the figures that steps.py prints.

python benchmarks/steps.py --json > tiny.json
python benchmarks/steps.py --model 2b-shape --json > large.json
python benchmarks/chart.py tiny.json large.json --out docs/images/steps.svg
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

WIDTH, ROW, LABEL, BAR = 740, 24, 270, 380
GREY, BLUE, INK = "#9aa5b1", "#2563a8", "#1f2933"


class Row(NamedTuple):
    title: str
    plain: float
    foveal: float
    unit: str = ""


def rows(figures: dict[str, Any]) -> Iterator[Row]:
    name, seconds, before = figures["model"], figures["seconds"], figures["baseline"]
    encodes, tokens = before["encodes_per_image"], before["prefill_per_token"]
    yield Row(f"{name}: times each image is encoded", encodes, figures["encodes_per_image"])
    yield Row(f"{name}: times each token is read", tokens, figures["prefill_per_token"])
    yield Row(f"{name}: seconds", seconds["plain"], seconds["foveal"], " s")


def drawn(runs: Sequence[dict[str, Any]]) -> str:
    parts: list[str] = []
    top = ROW
    for row in [row for run in runs for row in rows(run)]:
        parts.append(_text(8, top + ROW, row.title))
        for value, colour in ((row.plain, GREY), (row.foveal, BLUE)):
            length = BAR * value / max(row.plain, row.foveal)
            parts.append(
                f'<rect x="{LABEL}" y="{top + 4}" width="{length:.1f}" height="{ROW - 7}" '
                f'rx="2" fill="{colour}"/>'
            )
            parts.append(_text(LABEL + length + 6, top + ROW - 8, f"{value:.3g}{row.unit}"))
            top += ROW
        top += ROW // 2
    legend = _text(LABEL, 16, "■ plain transformers loop", GREY) + _text(
        LABEL + 190, 16, "■ foveal", BLUE
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" '
        f'font-family="system-ui, sans-serif" font-size="13">'
        f'<rect width="{WIDTH}" height="{top}" fill="white"/>{legend}{"".join(parts)}</svg>\n'
    )


def _text(x: float, y: float, text: str, colour: str = INK) -> str:
    return f'<text x="{x:.1f}" y="{y}" fill="{colour}">{escape(text)}</text>'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("figures", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    runs = [json.loads(path.read_text(encoding="utf-8")) for path in options.figures]
    options.out.write_text(drawn(runs), encoding="utf-8")


if __name__ == "__main__":
    main()
