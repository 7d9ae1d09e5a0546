from base64 import b64decode
from collections.abc import Callable
from html.parser import HTMLParser

import numpy as np
import pytest

from foveal.records.html import render
from foveal.records.png import Pixels, decode
from foveal.records.run_directory import RunDirectory
from foveal.schemas.calibration import Calibration
from foveal.schemas.constraint import Constraint
from foveal.schemas.errors import BadImage
from foveal.schemas.image import ImageRecord, name_pixels
from foveal.schemas.report import Removed, Report
from foveal.schemas.verification import Verified

MakeReport = Callable[..., Report]
Attributes = dict[str, str | None]


class PageReader(HTMLParser):
    """Elements with their attributes, and the text between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, Attributes]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def all(self, tag: str) -> list[Attributes]:
        return [attributes for name, attributes in self.elements if name == tag]


def embedded(reader: PageReader) -> list[Pixels]:
    sources = [image["src"] or "" for image in reader.all("img")]
    return [decode(b64decode(source.partition("base64,")[2])) for source in sources]


@pytest.fixture
def page(run: RunDirectory, make_report: MakeReport) -> PageReader:
    return PageReader(render(make_report(findings=2, removed=1), run.images))


def test_a_page_refers_to_nothing_outside_itself(page: PageReader) -> None:
    ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    for tag, attributes in page.elements:
        assert tag not in {"script", "link", "iframe", "object", "embed", "base"}
        assert not any(name.startswith("on") for name in attributes)
        if source := attributes.get("src"):
            assert source.startswith("data:image/png;base64,")
        if target := attributes.get("href"):
            assert target.removeprefix("#") in ids
    styles = "".join(page.texts)
    assert "url(" not in styles
    assert "@import" not in styles


def test_ids_are_unique_and_every_picture_is_described(page: PageReader) -> None:
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert all(image["alt"] for image in page.all("img"))


def test_the_browser_is_told_to_run_and_load_nothing(page: PageReader) -> None:
    (policy,) = [
        meta["content"]
        for meta in page.all("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy is not None
    assert policy.startswith("default-src 'none'; img-src data:;")


def test_a_thought_is_folded_beside_its_crops_once_a_look(
    run: RunDirectory, make_report: MakeReport
) -> None:
    report = make_report(findings=1)
    plain = PageReader(render(report, run.images))
    (finding,) = report.findings
    looks = [seen.model_copy(update={"thought": "A gap <b>"}) for seen in finding.evidence]
    thinking = report.model_copy(
        update={"findings": [finding.model_copy(update={"evidence": looks})]}
    )
    page = PageReader(render(thinking, run.images))
    folded = [details for details in page.all("details") if details.get("class") == "thought"]
    assert folded == [{"class": "thought"}]
    assert "Thought before the answer, no evidence A gap <b>" in page.text
    assert "Thought" not in plain.text


def test_crops_are_embedded_bit_for_bit(run: RunDirectory, make_report: MakeReport) -> None:
    report = make_report(findings=1)
    names = [name_pixels(pixels) for pixels in embedded(PageReader(render(report, run.images)))]
    cited = [evidence.crop for evidence in report.findings[0].evidence]
    assert names == [*(image.id for image in report.images), *cited]


def test_numbers_on_the_tested_image_lead_to_their_cards(page: PageReader) -> None:
    links = [link["href"] for link in page.all("a")]
    assert links == ["#findings", "#finding-1", "#finding-2"]


def test_boxes_on_the_template_are_moved_back_through_the_alignment(
    run: RunDirectory, make_report: MakeReport
) -> None:
    report = make_report(findings=1)
    matrix = [[1.0, 0.0, 10.0], [0.0, 1.0, -4.0], [0.0, 0.0, 1.0]]
    moved = report.model_copy(update={"measurements": {"alignment": {"matrix": matrix}}})
    template, tested = (
        [tuple(map(float, point.split(","))) for point in (shape["points"] or "").split()]
        for shape in PageReader(render(moved, run.images)).all("polygon")[::2]
    )
    x1, y1, x2, y2 = report.findings[0].box_px
    assert tested == [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]
    assert template == [(x - 10, y + 4) for x, y in tested]


def test_no_boxes_are_drawn_on_a_template_that_was_not_aligned(
    run: RunDirectory, make_report: MakeReport
) -> None:
    report = make_report(findings=1).model_copy(update={"measurements": {}})
    assert len(PageReader(render(report, run.images)).all("polygon")) == 2


def test_a_page_without_findings_says_how_much_was_looked_at(
    run: RunDirectory, make_report: MakeReport
) -> None:
    text = PageReader(render(make_report(findings=0), run.images)).text
    assert "Nothing was found in the 99.8 % that was looked at." in text


def test_images_that_cannot_be_compared_are_never_called_free_of_findings(
    run: RunDirectory, make_report: MakeReport
) -> None:
    report = make_report(findings=0, comparable=False)
    text = PageReader(render(report, run.images)).text
    assert "Not comparable Only 9 % of the template's edges" in text
    assert "Nothing was found in" not in text


def test_what_a_constraint_removed_is_shown_with_the_constraint(page: PageReader) -> None:
    assert "Removed 1" in page.text
    assert "Because Report only what is larger than 1 mm." in page.text


def test_an_unknown_scale_is_said_and_not_guessed(
    run: RunDirectory, make_report: MakeReport
) -> None:
    report = make_report(findings=1)
    unscaled = report.findings[0].model_copy(update={"size_mm": None})
    text = PageReader(render(report.model_copy(update={"findings": [unscaled]}), run.images)).text
    assert "Size not measured" in text


def test_pictures_that_were_shown_with_fewer_pixels_are_counted(
    run: RunDirectory, make_report: MakeReport, page: PageReader
) -> None:
    report = make_report(findings=1)
    usage = report.usage.model_copy(update={"shrunk_images": 7})
    shown = PageReader(render(report.model_copy(update={"usage": usage}), run.images))
    assert "Shown with fewer pixels 7" in shown.text
    assert "Shown with fewer pixels" not in page.text


def test_forty_findings_make_forty_cards(run: RunDirectory, make_report: MakeReport) -> None:
    reader = PageReader(render(make_report(findings=40), run.images))
    assert len(reader.all("article")) == 40
    assert len([link for link in reader.all("a") if link["href"] != "#findings"]) == 40


def test_a_picture_missing_from_the_store_is_an_error(
    run: RunDirectory, make_report: MakeReport
) -> None:
    report = make_report(findings=1)
    run.images.path(report.findings[0].evidence[0].crop).unlink()
    with pytest.raises(BadImage, match="is missing"):
        render(report, run.images)


@pytest.mark.parametrize("size", [(1, 400), (400, 1), (2000, 1000)], ids=str)
def test_images_of_any_shape_are_drawn_in_their_own_pixels(
    run: RunDirectory, make_report: MakeReport, size: tuple[int, int]
) -> None:
    pixels = np.zeros((size[1], size[0], 3), np.uint8)
    run.images.save(name_pixels(pixels), pixels)
    record = ImageRecord(name="image", id=name_pixels(pixels), size_px=size, source="board.png")
    report = make_report(findings=1).model_copy(update={"images": [record]})
    reader = PageReader(render(report, run.images))
    width, height = size
    assert f"0 0 {width} {height}" in [drawing.get("viewbox") for drawing in reader.all("svg")]
    assert ("shown smaller" in reader.text) == (max(size) > 1600)


def test_a_report_without_images_still_makes_a_page(
    run: RunDirectory, make_report: MakeReport
) -> None:
    report = make_report(findings=0).model_copy(update={"images": []})
    assert "Overview" not in PageReader(render(report, run.images)).text


def calibrated_page(
    run: RunDirectory, report: Report, calibration: Calibration | None
) -> PageReader:
    return PageReader(render(report.model_copy(update={"calibration": calibration}), run.images))


def test_a_calibrated_page_says_on_what_and_for_which_rates(
    run: RunDirectory, make_report: MakeReport, make_calibration: Callable[..., Calibration]
) -> None:
    page = calibrated_page(run, make_report(findings=1), make_calibration())

    assert (
        "Calibrated on 2,000 drawn boards for an escape rate of 5 % and an overkill rate of 5 %. "
        "A part passes where every region is below 0.200, and fails where one is at 0.900 or above"
    ) in page.text
    assert "3 of 100 defective ones would pass and 4 of 100 good ones would fail" in page.text
    assert [line["points"] for line in page.all("polyline")] == [
        "0.0,120.0 240.0,0.0",
        "0.0,24.0 240.0,120.0",
    ]
    assert len(page.all("circle")) == 1 + 2  # the glyph's own, and a dot for each bin


def test_an_uncalibrated_page_says_so_and_draws_nothing(
    run: RunDirectory, make_report: MakeReport
) -> None:
    report = make_report(findings=1)
    model = report.model.model_copy(update={"calibration": None})

    page = calibrated_page(run, report.model_copy(update={"model": model}), None)

    assert "Confidence uncalibrated" in page.text
    assert page.all("polyline") == []


def test_a_label_is_shown_with_what_the_model_was_asked_with(
    run: RunDirectory, make_report: MakeReport
) -> None:
    report = make_report(findings=2)
    label = report.findings[0].label
    asked = report.workflow.model_copy(update={"asked_as": {label: "断路"}})

    plain, other = (
        PageReader(render(known, run.images))
        for known in (report, report.model_copy(update={"workflow": asked}))
    )

    assert "断路" not in plain.text
    assert f"{label} 断路" in " ".join(other.text.split())


def test_every_constraint_stands_in_the_report_with_what_it_took_out(
    run: RunDirectory, make_report: MakeReport
) -> None:
    report = make_report(findings=2)
    size = Constraint(
        sentence="Nothing below 1 mm.", finding={"properties": {"size_mm": {"minimum": 1}}}
    )
    brief = Constraint(sentence="Be brief.")
    ruled = report.workflow.model_copy(update={"constraints": [size, brief]})
    removed = [Removed(finding=report.findings[0], constraint="Nothing below 1 mm.")]

    page = PageReader(
        render(report.model_copy(update={"workflow": ruled, "removed": removed}), run.images)
    )

    told = " ".join(page.text.split())
    assert "Constraints 2" in told
    assert 'Nothing below 1 mm. 1 taken out by its schema { "properties": { "size_mm"' in told
    assert "Be brief. for the model alone" in told


@pytest.mark.parametrize(
    ("supported", "said"), [(True, "Supported by its pixels"), (False, "Not supported by its pix")]
)
def test_a_finding_that_was_tested_shows_its_answers_with_and_without_its_pixels(
    run: RunDirectory, make_report: MakeReport, supported: bool, said: str
) -> None:
    report = make_report(findings=1)
    (finding,) = report.findings
    looks = [
        item.model_copy(update={"answers": {"yes": 0.91, "no": 0.09}}) for item in finding.evidence
    ]
    verified = Verified(claimed=0.91, covered=0.12, supported=supported, evidence=looks)
    tested = finding.model_copy(update={"verification": verified})

    plain, page = (
        PageReader(render(report.model_copy(update={"findings": [known]}), run.images))
        for known in (finding, tested)
    )

    assert said in page.text
    assert "With its pixels: yes at 0.910. Covered: yes at 0.120 at most." in page.text
    assert len(page.all("img")) > len(plain.all("img"))
    assert "supported by its pixels" not in plain.text.lower()
    outlines = [str(shape.get("class")) for shape in page.all("polygon")]
    assert any("doubted" in known for known in outlines) != supported
