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
    other_claims,
    request_for_thought,
)
from foveal.training.chunk import KINDS


@dataclass(frozen=True)
class Label:
    """A name the model may answer with, and what it means."""

    name: str
    meaning: str


SUBJECTS: Final[dict[Language, tuple[str, ...]]] = {
    "en": (
        "bare printed circuit boards",
        "circuit boards",
        "PCB scans",
        "board images",
        "bare boards",
    ),
    "zh": ("裸印制电路板", "电路板", "PCB 扫描图", "线路板"),
}

OTHER_SUBJECTS: Final[dict[Language, tuple[str, ...]]] = {
    "en": ("bottle caps", "woven cloth", "castings", "welds", "leaves", "glass", "screws"),
    "zh": ("瓶盖", "布料", "铸件", "焊缝", "螺钉"),
}
"""Of which no board is a picture."""

# The first entry of each kind is the wording of the shipped workflow.
LABELS: Final[dict[Language, dict[str, tuple[Label, ...]]]] = {
    "en": {
        "open": (
            Label("open", "copper is cut through"),
            Label("break", "a trace is interrupted"),
            Label("open circuit", "the copper path is severed"),
        ),
        "short": (
            Label("short", "extra copper joins two conductors"),
            Label("bridge", "copper connects what was apart"),
            Label("short circuit", "two traces touch"),
        ),
        "mousebite": (
            Label("mousebite", "a nick in the edge of copper"),
            Label("nick", "copper is missing at an edge, not through"),
            Label("edge bite", "the edge of a conductor is eaten"),
        ),
        "spur": (
            Label("spur", "extra copper grows from an edge"),
            Label("burr", "copper sticks out of an edge, joining nothing"),
            Label("protrusion", "a bump of copper on an edge"),
        ),
        "copper": (
            Label("copper", "an island of extra copper"),
            Label("residue", "stray copper that touches nothing"),
            Label("island", "spurious copper standing alone"),
        ),
        "pin-hole": (
            Label("pin-hole", "a hole inside copper"),
            Label("void", "copper is missing inside, edges whole"),
            Label("hole", "a gap enclosed by copper"),
        ),
        "none": (
            Label("none", "nothing but scan noise"),
            Label("same", "no defect, all is as it should be"),
            Label("good", "only harmless differences"),
        ),
    },
    "zh": {
        "open": (Label("断路", "铜被切断"), Label("开路", "导线中断")),
        "short": (Label("短路", "多余的铜连接两个导体"), Label("桥接", "铜连接了本应分开之处")),
        "mousebite": (Label("缺口", "铜的边缘缺了一块"), Label("鼠咬", "边缘缺铜，未断开")),
        "spur": (Label("毛刺", "边缘长出多余的铜"), Label("凸起", "铜从边缘伸出，未连接")),
        "copper": (Label("余铜", "孤立的多余铜"), Label("残铜", "不接触任何导体的铜")),
        "pin-hole": (Label("针孔", "铜内部有孔"), Label("空洞", "铜内部缺失，边缘完整")),
        "none": (Label("正常", "只有扫描噪声"), Label("无", "没有缺陷")),
    },
}

_ALTERNATIVES: Final[dict[Language, dict[str, tuple[str, ...]]]] = {
    "en": {
        "system": (
            "You are an inspector of {{ subject }}. A reference shows how the part should be.",
            "Compare {{ subject }} with their reference and judge what differs.",
            "Task: find out whether the tested one of two {{ subject }} is damaged.",
            "You check {{ subject }} for defects by comparison.",
        ),
        "visual": (
            "A, the reference: [A]\nB, the tested part: [B]",
            "Picture A is good: [A]\nPicture B is under test: [B]\nSame place, same scale.",
            "[A] is A, the template.\n[B] is B, the sample.",
            "First the template A: [A]\nThen the tested B: [B]",
        ),
        "constraints": (
            "Possible answers:\n"
            "{% for label in labels %}\n- {{ label.name }} ({{ label.meaning }})\n{% endfor %}",
            "Choose among: {% for label in labels %}{{ label.name }}{{ ', ' if not loop.last }}"
            "{% endfor %}.",
            "{% for label in labels %}\n{{ label.name }} means: {{ label.meaning }}.\n{% endfor %}"
            "Report only what you see.",
        ),
        "judge": (
            "Which label fits the middle of B? Write the label only.",
            "Name the change in the middle of B. One label, nothing else.",
            "Answer with the label of what changed in the centre.",
        ),
        "locate": (
            "Give label and box of the change in B as JSON: "
            '{"label": ..., "box": [x1, y1, x2, y2]}, coordinates 0 to 1000.',
            'Output JSON with "label" and "box" (in B, 0-1000) for the middle of B.',
        ),
        "survey": (
            "Report all defects of B as JSON: "
            '{"findings": [{"label": ..., "box": [x1, y1, x2, y2]}]}, '
            "coordinates 0 to 1000, top first.",
            'Output JSON: {"findings": [...]}, each with "label" and "box" in B (0-1000).',
        ),
        "verify": other_claims("verify", "en"),
        "sight": ("Read the digit. Answer with it alone.", "What digit do you see?"),
        "system alone": (
            "You are an inspector of {{ subject }}. There is no reference to compare with.",
            "Task: find out whether this piece of {{ subject }} is damaged.",
            "You check {{ subject }} for defects, one place at a time.",
        ),
        "visual alone": (
            "[A]",
            "This is a part of the board: [A]",
            "A: [A]\nLook at it closely.",
        ),
        "look": (
            "What is wrong in the view, closest to its middle? Write the label only.",
            "Name the defect nearest to the centre. One label, nothing else.",
        ),
        "find": (
            "Report all defects as JSON: "
            '{"findings": [{"label": ..., "box": [x1, y1, x2, y2]}]}, '
            "coordinates 0 to 1000, nearest to the middle first.",
            'Output JSON: {"findings": [...]}, each with "label" and "box" (0-1000).',
        ),
        "recognise": (
            "Is this a picture of {{ subject }}? yes or no.",
            "Do you see {{ subject }} here? Answer yes or no.",
        ),
        "confirm": other_claims("confirm", "en"),
        "system report": (
            "You write inspection records of {{ subject }} from what was found.",
            "Task: a document about the inspection of {{ subject }}, from the facts below.",
        ),
        "report": (
            "Output JSON with these properties in this order, from the facts alone.",
            "Answer with JSON of the properties listed. Invent no number and no box.",
        ),
        "scout": (
            "Where should one look closer? At most 8 places as JSON, from the top: "
            '{"regions": [{"box": [x1, y1, x2, y2], "why": ...}]}, coordinates 0 to 1000.',
            'Output JSON: {"regions": [...]}, at most 8, each with "box" (0-1000) and "why".',
        ),
        "explore": (
            "Call zoom where something may be wrong (at most {{ width }} by {{ height }}), report "
            "for each defect, and done at the end. Boxes in A, 0 to 1000.",
            "Look closer, up to {{ width }} by {{ height }} at once; report every defect; then "
            "done. Coordinates of A, 0-1000.",
        ),
        "thinking": (
            "Think before you answer.",
            "Say in a few words what you see, then answer.",
        ),
    },
    "zh": {
        "system": (
            "你是{{ subject }}检验员。参考件显示部件应有的样子。",
            "比较{{ subject }}与参考，判断有何不同。",
        ),
        "visual": (
            "参考图 A：[A]\n待测图 B：[B]",
            "A 是好件：[A]\nB 是待测件：[B]\n位置相同。",
        ),
        "constraints": (
            "可选答案：{% for label in labels %}{{ label.name }}（{{ label.meaning }}）"
            "{{ '、' if not loop.last }}{% endfor %}。",
            "从中选择：{% for label in labels %}{{ label.name }}{{ '、' if not loop.last }}"
            "{% endfor %}。",
        ),
        "judge": ("B 中间是哪个标签？只写标签。", "用一个标签说明 B 中间的变化。"),
        "locate": (
            "以 JSON 给出 B 中间变化的标签和方框："
            '{"label": ..., "box": [x1, y1, x2, y2]}，0 到 1000。',
        ),
        "survey": (
            "以 JSON 报告 B 的所有缺陷："
            '{"findings": [{"label": ..., "box": [x1, y1, x2, y2]}]}，0 到 1000。',
        ),
        "verify": other_claims("verify", "zh"),
        "sight": ("读出数字，只回答数字。",),
        "system alone": (
            "你是{{ subject }}检验员。没有参考件可比较。",
            "任务：判断这块{{ subject }}是否损坏。",
        ),
        "visual alone": ("[A]", "这是板的一部分：[A]"),
        "look": ("视图中间附近是什么缺陷？只写标签。", "用一个标签说明离中间最近的缺陷。"),
        "find": (
            "以 JSON 报告所有缺陷："
            '{"findings": [{"label": ..., "box": [x1, y1, x2, y2]}]}，0 到 1000。',
        ),
        "recognise": ("这是{{ subject }}的图吗？回答是或否。",),
        "confirm": other_claims("confirm", "zh"),
        "system report": ("你根据检验结果撰写{{ subject }}的记录。",),
        "report": ("按所列属性的顺序输出 JSON，只依据事实。",),
        "scout": (
            "哪里需要细看？最多 8 处，以 JSON 回答："
            '{"regions": [{"box": [x1, y1, x2, y2], "why": ...}]}，0 到 1000。',
        ),
        "explore": (
            "可能有问题处用 zoom（最多 {{ width }} 乘 {{ height }}），每个缺陷用 report，"
            "最后 done。方框在 A 内，0 到 1000。",
        ),
        "thinking": ("先思考，再回答。",),
    },
}

_SENTENCES: Final[dict[Language, tuple[str, ...]]] = {
    "en": (
        "Report only {label}.",
        "Report only defects of these kinds: {label}, {other}.",
        "Report only defects of {mm:g} mm or more.",
        "Ignore what is smaller than {mm:g} mm.",
        "Report only {label}, and only in the upper half.",
        "Marks at the edge of the picture do not count.",
    ),
    "zh": (
        "只报告{label}。",
        "只报告这些种类的缺陷：{label}、{other}。",
        "只报告不小于 {mm:g} 毫米的缺陷。",
        "小于 {mm:g} 毫米的不计。",
        "只报告上半部分的{label}。",
        "图片边缘的痕迹不计。",
    ),
}
"""What constraints say. They leave answers alone: which findings count is decided by code."""

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
            request = str(rng.choice(_ALTERNATIVES[self.language]["thinking"]))
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
    others = _ALTERNATIVES[language]

    def layer(current: str, name: str) -> str:
        return current if rng.random() < 0.4 else str(rng.choice(others[name]))

    if role in {"sight", "recognise"}:
        return Instructions(
            original.system, original.visual, original.constraints, layer(original.format, role)
        )
    kind = f" {role}" if role in TOLD else " alone" if role in ALONE else ""
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
    templates = rng.choice(_SENTENCES[language], int(rng.integers(1, 3)), replace=False)
    return tuple(
        str(template).format(label=label, other=other, mm=millimetres) for template in templates
    )


def corpus() -> list[str]:
    """Every text above and the words of tasks to come, for the tokenizer to learn merges from."""
    texts: list[str] = []
    for language in SUBJECTS:
        texts += SUBJECTS[language] + YES_NO[language]
        for names in LABELS[language].values():
            texts += [text for label in names for text in (label.name, label.meaning)]
        for layers in _ALTERNATIVES[language].values():
            texts += layers
        texts.append(request_for_thought(language))
        for role in get_args(Role):
            layers_of = shipped(role, language).instructions
            texts += [layers_of.system, layers_of.visual, layers_of.constraints, layers_of.format]
    vocabulary = files("foveal.training") / "vocabulary.txt"
    return [*texts, *vocabulary.read_text(encoding="utf-8").splitlines()]
