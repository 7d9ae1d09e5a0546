"""Other words for subjects, labels and layers than those that ship, and what constraints say."""

from dataclasses import dataclass
from typing import Final

from foveal.agents.instructions import Language, other_claims


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

ALTERNATIVES: Final[dict[Language, dict[str, tuple[str, ...]]]] = {
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
        "system liken": (
            "You are an inspector of {{ subject }}. A is another place of the part, much like B.",
            "You check {{ subject }} for defects; the part itself shows what its places look like.",
        ),
        "visual liken": (
            "A, another place: [A]\nB, the place to check: [B]",
            "[A] is A, a place that looks like B.\n[B] is B.",
            "A, most like it: [A]\nB: [B]\nBoth are of one part.",
        ),
        "liken": (
            "Which label fits the middle of B? Write the label only.",
            "Name the defect in the centre of B. One label, nothing else.",
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
        "system liken": ("你是{{ subject }}检验员。A 是部件的另一处，与 B 最相似。",),
        "visual liken": ("另一处 A：[A]\n待查 B：[B]", "A 与 B 相似：[A]\nB：[B]"),
        "liken": ("B 中间是哪个标签？只写标签。",),
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

SENTENCES: Final[dict[Language, tuple[str, ...]]] = {
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
