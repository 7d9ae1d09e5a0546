"""Rendered as GitHub does, with tables, struck text and links made of bare addresses."""

from html.parser import HTMLParser

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from foveal.records.exports.item import Item, inspected
from foveal.records.exports.markdown import render
from foveal.records.outcome import NotInspected


class PageReader(HTMLParser):
    """The elements of a page, and the text between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        assert not attrs

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())


def shown(items: list[Item]) -> PageReader:
    return PageReader(MarkdownIt("gfm-like", {"html": True}).render(render(items)))


def flat(text: str) -> str:
    return " ".join(text.split())


def test_a_summary_counts_the_verdicts_and_has_a_part_each(items: list[Item]) -> None:
    page = shown(items)

    assert "foveal: 1 fail, 1 pass, 1 review, 1 error" in page.text
    assert page.elements.count("h2") == 4
    assert page.elements.count("table") == 1
    assert page.elements.count("tr") == 1 + 2
    assert "broken: error Error: 'broken.png' is empty: export it again" in page.text


def test_a_part_says_what_its_verdict_rests_on(items: list[Item]) -> None:
    text = shown(items[:1]).text

    report = inspected(items)[0].report
    assert f"Reason: {report.reason}" in text
    assert "Coverage: 99.8 % at 0.02083 mm per pixel" in text
    assert "Model: tiny 5d5d5d5d5d5d, calibrated on 2,000 drawn boards" in text
    assert "Workflow: board-compare e1e1e1e1e1e1" in text
    for finding in report.findings:
        assert finding.why in text
        assert " ".join(map(str, finding.box_px)) in text


def test_what_is_not_known_is_said(unpictured: list[Item]) -> None:
    (part,) = inspected(unpictured)
    uncalibrated = part.report.model.model_copy(update={"calibration": None})
    unscaled = part.report.coverage.model_copy(update={"mm_per_px": None})
    report = part.report.model_copy(update={"model": uncalibrated, "coverage": unscaled})

    text = shown([type(part)("blind", report)]).text

    assert "Image: none Coverage: 99.8 % Model: tiny 5d5d5d5d5d5d, uncalibrated" in text


def test_hostile_texts_are_shown_and_change_nothing(
    hostile: list[Item], text: str, items: list[Item]
) -> None:
    page = shown(hostile)

    (part,) = inspected(items[:1])
    plain = part.report.model_copy(update={"findings": part.report.findings[:1]})
    harmless = shown([type(part)("a", plain), NotInspected(id="b", error="c")])
    assert page.elements == harmless.elements
    assert page.texts.count(flat(text).replace("\x00", "\ufffd")) == 2  # label, why
    assert page.text.endswith(f"Error: {flat(text)}".replace("\x00", "\ufffd"))


@given(st.text(min_size=1).filter(str.strip))
@example("example.org")
@example("https://example.org")
@example("a@example.org")
@example("1. a")
@example("- a")
def test_any_text_stays_on_its_line(text: str) -> None:
    assert shown([NotInspected(id=text, error=text)]).elements == ["h1", "h2", "ul", "li"]
