"""Short thoughts before an answer, made from what is known of a picture or was told of a part."""

from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from foveal.agents.instructions import Language
from foveal.training.chunk import KINDS, NONE
from foveal.training.document_draft import Draft
from foveal.training.truths import nearest_first
from foveal.training.wordings import Wording

_BEFORE: Final[dict[Language, dict[str, tuple[str, ...]]]] = {
    "en": {
        "open": ("trace whole", "copper goes on"),
        "short": ("two conductors apart", "a space between traces"),
        "mousebite": ("edge straight", "edge whole"),
        "spur": ("edge straight", "edge smooth"),
        "copper": ("no copper there", "bare"),
        "pin-hole": ("copper whole", "copper without a hole"),
    },
    "zh": {
        "open": ("导线完整", "铜是连续的"),
        "short": ("两根导体分开", "导线之间有间隔"),
        "mousebite": ("边缘平直", "边缘完整"),
        "spur": ("边缘平直", "边缘光滑"),
        "copper": ("没有铜", "空白"),
        "pin-hole": ("铜完整", "铜上无孔"),
    },
}
"""What a reference shows in the place of each kind."""

SEEN: Final[dict[Language, dict[str, tuple[str, ...]]]] = {
    "en": {
        "open": ("a gap across the trace", "the trace is cut"),
        "short": ("copper joins two conductors", "a bridge between traces"),
        "mousebite": ("a nick in the edge", "copper missing at the edge"),
        "spur": ("a bump on the edge", "copper sticks out of the edge"),
        "copper": ("an island of copper", "stray copper that touches nothing"),
        "pin-hole": ("a hole inside copper", "a gap that copper surrounds"),
    },
    "zh": {
        "open": ("导线断开", "铜有缺口贯穿"),
        "short": ("铜连接两个导体", "导线之间有桥"),
        "mousebite": ("边缘缺一块", "边缘少铜"),
        "spur": ("边缘凸起", "铜从边缘伸出"),
        "copper": ("孤立的铜", "不接触任何导体的铜"),
        "pin-hole": ("铜内部有孔", "铜包围的空洞"),
    },
}
"""What a picture shows of each kind, in a few words."""

_NOTHING: Final[dict[Language, tuple[str, ...]]] = {
    "en": ("nothing out of the ordinary", "only noise"),
    "zh": ("没有异常", "只有噪声"),
}

_COMPARED: Final[dict[Language, tuple[str, ...]]] = {
    "en": (
        "A: {before}. B: {seen}, {wide} wide, {where}. So {label}.",
        "In A {before}; in B {seen}, {where}, {wide} wide: {label}",
    ),
    "zh": (
        "A：{before}。B：{seen}，宽 {wide}，{where}。所以是{label}。",
        "A {before}；B {seen}，{where}，宽 {wide}：{label}",
    ),
}
_ALONE: Final[dict[Language, tuple[str, ...]]] = {
    "en": (
        "{seen}, {wide} wide, {where}: {label}",
        "{where}: {seen}, {wide} wide. So {label}.",
    ),
    "zh": (
        "{seen}，宽 {wide}，{where}：{label}",
        "{where}：{seen}，宽 {wide}。所以是{label}。",
    ),
}
_UNDISTURBED: Final[dict[Language, tuple[str, ...]]] = {
    "en": ("{seen}: {label}", "{seen}. So {label}."),
    "zh": ("{seen}：{label}", "{seen}。所以是{label}。"),
}

_LISTING: Final[dict[Language, str]] = {
    "en": "List {numbers}: {count} of {all}.",
    "zh": "列出 {numbers}：{all} 处中的 {count} 处。",
}
_WORST: Final[dict[Language, str]] = {"en": "Worst: {number}.", "zh": "最严重：{number}。"}
_CITES_NONE: Final[dict[Language, str]] = {"en": "Nothing to list.", "zh": "无需列出。"}
_NO_NUMBER: Final[dict[Language, str]] = {"en": "none", "zh": "无"}

_COLUMNS: Final[dict[Language, tuple[str, str, str]]] = {
    "en": ("left", "", "right"),
    "zh": ("左", "", "右"),
}
_ROWS: Final[dict[Language, tuple[str, str, str]]] = {
    "en": ("upper", "", "lower"),
    "zh": ("上", "", "下"),
}
_MIDDLE: Final[dict[Language, str]] = {"en": "in the middle", "zh": "中间"}
_OFF_MIDDLE = 1 / 6
"""Share of a side off the middle from which on a place is left, right, upper or lower."""


def with_thought(
    rng: Generator, wording: Wording, truths: NDArray[np.float32], kind: int, *, compared: bool
) -> str:
    """An answer as it is written after a thought; `truths` are of the picture it is about."""
    thought = _thought(rng, wording, truths[truths[:, 0] == kind], kind, compared=compared)
    return after_thought(thought, wording.name(kind))


def after_thought(thought: str, answer: str) -> str:
    return f"<think>\n{thought}\n</think>\n\n{answer}"


def citing_thought(draft: Draft) -> str:
    """Which of the findings told a document lists, and which one is the worst, by number."""
    language, facts = draft.language, draft.facts
    numbers = {defect: str(at) for at, defect in enumerate(facts.defects, start=1)}
    parts = []
    if draft.listed is not None:
        listed = ", ".join(numbers[defect] for defect in draft.listed) or _NO_NUMBER[language]
        said = _LISTING[language].format(
            numbers=listed, count=len(draft.listed), all=len(facts.defects)
        )
        parts.append(said)
    if draft.names_worst:
        worst = _NO_NUMBER[language] if facts.worst is None else numbers[facts.worst]
        parts.append(_WORST[language].format(number=worst))
    return (" " if language == "en" else "").join(parts) or _CITES_NONE[language]


def _thought(
    rng: Generator, wording: Wording, truths: NDArray[np.float32], kind: int, *, compared: bool
) -> str:
    language, label = wording.language, wording.name(kind)
    if kind == NONE:
        seen, said = rng.choice(_NOTHING[language]), rng.choice(_UNDISTURBED[language])
        return str(said).format(seen=seen, label=label)
    box = nearest_first(truths)[0, 1:]
    return str(rng.choice((_COMPARED if compared else _ALONE)[language])).format(
        before=rng.choice(_BEFORE[language][KINDS[kind]]),
        seen=rng.choice(SEEN[language][KINDS[kind]]),
        wide=f"{max(box[2] - box[0], box[3] - box[1], 0.1):.1f}",
        where=_where(box, language),
        label=label,
    )


def _where(box: NDArray[np.float32], language: Language) -> str:
    x, y = ((box[:2] + box[2:]) / 2 - 0.5).tolist()
    words = _COLUMNS[language][_third(x)], _ROWS[language][_third(y)]
    column, row = words
    between = " " if language == "en" and column and row else ""
    there = f"{row}{between}{column}" if language == "en" else f"{column}{row}"
    return there or _MIDDLE[language]


def _third(off: float) -> int:
    return 1 if abs(off) < _OFF_MIDDLE else 0 if off < 0 else 2
