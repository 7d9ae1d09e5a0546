"""Words for what documents ask for: names of properties, what they mean, what else is said."""

from typing import Final, NamedTuple

from foveal.agents.instructions import Language
from foveal.schemas.verdict import Verdict


class Words(NamedTuple):
    names: tuple[str, ...]
    """The first one needs no explanation."""

    meanings: tuple[str, ...]


WORDS: Final[dict[Language, dict[str, Words]]] = {
    "en": {
        "verdict": Words(
            ("verdict", "result", "status", "outcome"),
            ("whether the part passes", "outcome of the inspection", "the verdict"),
        ),
        "action": Words(
            ("action", "disposition", "next_step", "measure"),
            ("{good} if it passes, {bad} if it fails, else {unsure}",),
        ),
        "total": Words(
            ("count", "total", "findings_total", "n"),
            ("how many findings in all", "number of defects"),
        ),
        "of label": Words(
            ("{label}_count", "n_{label}", "{label}"),
            ("how many {label}", "number of findings with the label {label}"),
        ),
        "in region": Words(
            ("{region}_count", "n_{region}", "{region}"),
            ("findings in {region}", "how many defects lie in the region {region}"),
        ),
        "any": Words(
            ("has_{label}", "{label}_found", "any_{label}", "q"),
            ("whether there is any {label}", "is a {label} among the findings?"),
        ),
        "worst label": Words(
            ("worst_label", "worst", "main_defect", "defect_type"),
            ("label of the worst finding, null if none", "what is worst; null: nothing"),
        ),
        "worst box": Words(
            ("worst_box", "where", "location", "roi"),
            ("box of the worst finding, null if none", "where the worst one is; null: nowhere"),
        ),
        "largest": Words(
            ("largest_mm", "max_size", "size_mm", "extent"),
            ("size of the largest finding in mm, null if none", "largest size, mm; null: nothing"),
        ),
        "surest": Words(
            ("highest_confidence", "confidence", "certainty"),
            ("highest confidence of a finding, null if none",),
        ),
        "labels": Words(
            ("labels", "kinds", "defect_types"),
            ("each label found, once", "which labels there are"),
        ),
        "findings": Words(
            ("findings", "defects", "items", "entries"),
            ("the findings", "every finding in order", "one entry a finding"),
        ),
        "summary": Words(
            ("summary", "text", "conclusion", "note", "description"),
            ("one sentence: counts by label, largest size", "what was found, counted"),
        ),
        "part": Words(("part", "part_id", "serial", "image"), ("the part", "name of the part")),
        "workflow": Words(("workflow", "procedure"), ("workflow used", "how it was inspected")),
        "date": Words(("date", "inspected_on", "day"), ("date of the inspection",)),
        "coverage": Words(("coverage", "share_seen"), ("share of the part looked at",)),
    },
    "zh": {
        "verdict": Words(("verdict", "结论", "result"), ("检验结论", "部件是否合格")),
        "action": Words(
            ("action", "处置", "disposition"),
            ("合格则{good}，不合格则{bad}，否则{unsure}",),
        ),
        "total": Words(("count", "缺陷总数", "total"), ("缺陷总数", "一共几处缺陷")),
        "of label": Words(
            ("{label}数量", "n_{label}", "{label}"), ("{label}有几处", "{label}的数量")
        ),
        "in region": Words(
            ("{region}数量", "{region}", "{region_en}", "n_{region_en}"),
            ("{region}有几处缺陷", "{region}区域的缺陷数"),
        ),
        "any": Words(("有{label}", "has_{label}", "q"), ("是否有{label}", "有没有{label}")),
        "worst label": Words(
            ("worst_label", "最严重", "defect"), ("最严重缺陷的标签，没有则为 null",)
        ),
        "worst box": Words(("worst_box", "位置"), ("最严重缺陷的方框，没有则为 null",)),
        "largest": Words(("largest_mm", "最大尺寸"), ("最大缺陷的大小（毫米），没有则为 null",)),
        "surest": Words(("confidence", "最高置信度"), ("最高置信度，没有则为 null",)),
        "labels": Words(("labels", "种类"), ("出现的标签，每个一次", "有哪些标签")),
        "findings": Words(("findings", "缺陷", "items"), ("所有缺陷", "每处缺陷一项")),
        "summary": Words(("summary", "说明", "小结"), ("一句话：各标签数量和最大尺寸",)),
        "part": Words(("part", "部件"), ("部件名称",)),
        "workflow": Words(("workflow", "流程"), ("所用流程",)),
        "date": Words(("date", "日期"), ("检验日期",)),
        "coverage": Words(("coverage", "覆盖率"), ("已查看的比例",)),
    },
}

KEYS: Final = {
    "label": ("label", "kind", "type", "标签"),
    "box": ("box", "bbox", "box_px", "方框"),
    "size_mm": ("size_mm", "size", "mm", "大小"),
    "confidence": ("confidence", "score", "p", "置信度"),
}
"""Of an entry for one finding; the last one is used in Chinese."""

INSTRUCTIONS: Final[dict[Language, tuple[str, ...]]] = {
    "en": (
        "Write the report.",
        "Fill in this record.",
        "Write an 8D report on the defects.",
        "Document the inspection for the customer.",
        "Write the incoming-goods record.",
        "Answer for the line.",
        "Summarise the inspection.",
    ),
    "zh": (
        "写检验报告。",
        "填写此记录。",
        "为客户记录检验结果。",
        "写来料检验记录。",
        "总结检验。",
    ),
}

SCOPES: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "label": "only {value}",
        "size": "only of {value} mm or more",
        "region": "only in {value}",
    },
    "zh": {"label": "只要{value}", "size": "只要不小于 {value} 毫米", "region": "只要{value}的"},
}

OUTCOMES: Final[dict[Language, tuple[dict[Verdict, str], ...]]] = {
    "en": (
        {"pass": "pass", "fail": "fail", "review": "review"},
        {"pass": "ok", "fail": "nok", "review": "review"},
        {"pass": "PASS", "fail": "FAIL", "review": "REVIEW"},
        {"pass": "accepted", "fail": "rejected", "review": "on hold"},
        {"pass": "good", "fail": "bad", "review": "unsure"},
    ),
    "zh": (
        {"pass": "合格", "fail": "不合格", "review": "复查"},
        {"pass": "pass", "fail": "fail", "review": "review"},
        {"pass": "OK", "fail": "NG", "review": "复查"},
    ),
}

ACTIONS: Final[dict[Language, tuple[dict[Verdict, str], ...]]] = {
    "en": (
        {"pass": "accept", "fail": "rework", "review": "review"},
        {"pass": "accept", "fail": "scrap", "review": "review"},
        {"pass": "release", "fail": "reject", "review": "hold"},
    ),
    "zh": (
        {"pass": "接受", "fail": "返工", "review": "复查"},
        {"pass": "接受", "fail": "报废", "review": "复查"},
        {"pass": "accept", "fail": "rework", "review": "review"},
    ),
}

ALSO_ALLOWED: Final[dict[Language, tuple[str, ...]]] = {
    "en": ("scrap", "rework", "return to supplier", "repair"),
    "zh": ("报废", "返工", "退货", "修理"),
}

GROUPS: Final[dict[Language, tuple[tuple[str, ...], ...]]] = {
    "en": (
        ("D2_problem", "D3_containment", "D4_cause"),
        ("D2", "D3", "D5"),
        ("header", "body"),
        ("inspection", "defects_found", "decision"),
    ),
    "zh": (("D2_问题", "D3_措施"), ("D2", "D3"), ("检验", "处理")),
}

FORMS: Final[dict[Language, tuple[tuple[str, ...], ...]]] = {
    "en": (
        ("D2_problem", "D3_containment", "D4_findings"),
        ("D2", "D3", "D5_defects"),
        ("header", "findings"),
        ("inspection", "decision", "defects"),
        ("summary", "items"),
    ),
    "zh": (("D2_问题", "D3_措施", "D4_缺陷"), ("检验", "处理", "缺陷"), ("检验", "缺陷")),
}
"""Names of the parts of a long form; the last is that of its list."""

QUESTIONS: Final[dict[Language, dict[str, tuple[str, ...]]]] = {
    "en": {
        "list": (
            "List every finding.",
            "Which defects are there? One after another.",
            "Give label and box of each defect.",
            "What was found on this part?",
        ),
        "whole": (
            "Report the outcome: verdict, how many findings, and each of them.",
            "Give the verdict, then the number of defects, then every defect.",
            "Record the result of this part with all findings.",
        ),
        "worst": (
            "Which finding is the worst, and where does it lie?",
            "Give the biggest defect alone.",
            "Locate the most serious defect.",
            "What is the largest thing wrong here?",
        ),
        "by region": (
            "How many defects has each region?",
            "Count by region.",
            "Where do the defects lie? Give their number in each region.",
        ),
        "by label": ("How many of each kind are there?", "Count the findings by label."),
        "any": ("Was any {label} found?", "Does this part show a {label}?", "Look for {label}."),
    },
    "zh": {
        "list": (
            "逐一列出缺陷。",
            "有哪些缺陷？",
            "给出每处缺陷的标签和方框。",
            "这块板上发现了什么？",
        ),
        "whole": (
            "给出检验结果：结论、数量和每处缺陷。",
            "先写结论，再写缺陷数量，然后写出所有缺陷。",
            "记录此部件的结果和所有缺陷。",
        ),
        "worst": (
            "哪处缺陷最严重？在哪里？",
            "只给出最大的缺陷。",
            "找出最严重的缺陷的位置。",
            "最大的缺陷是什么？",
        ),
        "by region": ("每个区域有几处缺陷？", "按区域统计缺陷。", "给出各区域的缺陷数量。"),
        "by label": ("每种缺陷各有几处？", "按标签统计缺陷。"),
        "any": ("发现{label}了吗？", "此部件有没有{label}？", "查找{label}。"),
    },
}
"""Instructions that ask for one thing themselves."""

VALUES: Final[dict[Language, dict[str, Words]]] = {
    "en": {
        "list": Words(("findings", "defects", "list", "found"), ("all of them", "each defect")),
        "label": Words(("label", "kind", "type", "defect_type"), ("its label", "what it is")),
        "box": Words(("box", "bbox", "location", "where"), ("where it is", "x1, y1, x2, y2")),
        "size_mm": Words(("size_mm", "mm", "size"), ("its size in mm", "longest side, mm")),
        "verdict": Words(("verdict", "result", "outcome"), ("outcome", "may it be used?")),
        "count": Words(("count", "total", "number"), ("how many", "findings in all")),
        "in region": Words((), ("defects in {region}", "{region}: how many")),
        "of label": Words((), ("how many {label}", "{label}: count")),
        "any": Words(("found", "answer", "present"), ("yes or no", "is there one?")),
    },
    "zh": {
        "list": Words(("findings", "defects", "缺陷"), ("全部缺陷", "逐一列出")),
        "label": Words(("label", "kind", "种类"), ("标签", "是什么缺陷")),
        "box": Words(("box", "bbox", "位置"), ("位于何处", "x1, y1, x2, y2")),
        "size_mm": Words(("size_mm", "mm", "大小"), ("大小（毫米）", "最长边，毫米")),
        "verdict": Words(("verdict", "result", "结论"), ("检验结论", "能否使用")),
        "count": Words(("count", "total", "数量"), ("有几处", "缺陷总数")),
        "in region": Words((), ("{region}的缺陷数", "{region}有几处", "{region}部分的缺陷数")),
        "of label": Words((), ("{label}有几处", "{label}的数量")),
        "any": Words(("found", "answer", "有无"), ("是否存在", "有或没有")),
    },
}
"""Names and meanings of what they are answered with; a name given elsewhere has none here."""
