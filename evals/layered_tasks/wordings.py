"""The tasks in words, in the languages that a workflow may be asked in."""

from collections.abc import Sequence

from foveal.evals.layered_tasks.notation import Notation
from foveal.evals.layered_tasks.task import Kind, Question
from foveal.schemas.language import Language
from foveal.schemas.workflow import Workflow

INSTRUCTIONS: dict[Language, dict[Kind, str]] = {
    "en": {
        "kinds": "List the defects of the tested part that are to be reported.",
        "size": "List the defects of the tested part that are to be reported.",
        "quarters": "Count the defects in each quarter of the tested part.",
        "worst": "Name the largest defect of the tested part, and where it is.",
        "inside": "Is there any {label} inside the box {box} ({frame})?",
        "report": "Write the report on the tested part: the verdict, which is fail where there is "
        "any defect, how many there are, and a list of all of them.",
    },
    "zh": {
        "kinds": "列出被测件上应报告的缺陷。",
        "size": "列出被测件上应报告的缺陷。",
        "quarters": "统计被测件每个四分之一区域内的缺陷数量。",
        "worst": "指出被测件上最大的缺陷及其位置。",
        "inside": "方框 {box}（{frame}）内是否有{label}？",
        "report": "写出被测件的报告：结论（有任何缺陷即为 fail）、缺陷数量以及全部缺陷的列表。",
    },
}

DESCRIPTIONS: dict[Language, dict[str, str]] = {
    "en": {
        "findings": "one entry for each defect",
        "label": "kind of the defect",
        "box": "x1, y1, x2, y2, {frame}",
        "top_left": "how many defects lie in the region top left",
        "top_right": "how many defects lie in the region top right",
        "bottom_left": "how many defects lie in the region bottom left",
        "bottom_right": "how many defects lie in the region bottom right",
        "found": "whether there is any",
        "verdict": "pass or fail",
        "count": "number of defects",
    },
    "zh": {
        "findings": "每个缺陷一项",
        "label": "缺陷种类",
        "box": "x1, y1, x2, y2，{frame}",
        "top_left": "左上四分之一的缺陷数量",
        "top_right": "右上四分之一的缺陷数量",
        "bottom_left": "左下四分之一的缺陷数量",
        "bottom_right": "右下四分之一的缺陷数量",
        "found": "是否有",
        "verdict": "pass 或 fail",
        "count": "缺陷数量",
    },
}

QUARTERS: dict[Language, dict[str, str]] = {
    "en": {
        "top_left": "top left",
        "top_right": "top right",
        "bottom_left": "bottom left",
        "bottom_right": "bottom right",
    },
    "zh": {"top_left": "左上", "top_right": "右上", "bottom_left": "左下", "bottom_right": "右下"},
}

FORMAT: dict[Language, str] = {
    "en": "{{ instruction }}\n"
    "Answer with JSON that has exactly these properties, in their order:\n{{ properties }}",
    "zh": "{{ instruction }}\n以 JSON 回答，属性及其顺序与下列完全一致：\n{{ properties }}",
}
"""The format layer of a single pass; the reporter too reads a schema as lines."""

_FRAMES: dict[Language, dict[str, str]] = {
    "en": {
        "picture": "from 0 to 1000 across the tested part",
        "pixels": "in pixels of the tested part",
    },
    "zh": {"picture": "在被测件图像中，0 到 1000", "pixels": "被测件图像的像素"},
}


def instruction(question: Question, notation: Notation) -> str:
    """What to write, with labels and boxes as `notation` has them."""
    language = question.language
    text = INSTRUCTIONS[language][question.kind]
    if question.box is None:
        return text
    box = list(notation.write_box(question.box))
    return text.format(
        label=notation.written(question.label), box=box, frame=frame(question, notation)
    )


def description(name: str, question: Question, notation: Notation) -> str:
    """Of a property of the answer."""
    return DESCRIPTIONS[question.language][name].format(frame=frame(question, notation))


def frame(question: Question, notation: Notation) -> str:
    return _FRAMES[question.language][notation.frame]


def constraint_sentence(
    workflow: Workflow, *, labels: Sequence[str] = (), least_mm: float | None = None
) -> str:
    """In the workflow's language: only these labels, or only from a size on."""
    names = {label.name: label.said_in(workflow.language).name for label in workflow.labels}
    if workflow.language == "zh":
        if least_mm is not None:
            return f"只报告最长边不小于 {least_mm:g} 毫米的缺陷。"
        return f"只报告这些种类的缺陷：{'、'.join(names[label] for label in labels)}。"
    if least_mm is not None:
        return f"Report only defects of {least_mm:g} mm or more along their longest side."
    return f"Report only defects of these kinds: {', '.join(names[label] for label in labels)}."


def inside_sentence(workflow: Workflow, label: str) -> str:
    """In the workflow's language: only this label, and only where the question is about."""
    (known,) = (known for known in workflow.labels if known.name == label)
    name = known.said_in(workflow.language).name
    if workflow.language == "zh":
        return f"只报告所问方框内的{name}。"
    return f"Report only {name}, and only inside the box that is asked about."
