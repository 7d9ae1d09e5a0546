"""A hundred texts that would break out of a page, in every place that shows what others wrote."""

import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from foveal.records.batch_directory import BatchDirectory
from foveal.records.batch_page import render_batch
from foveal.records.folder import LEDGER, REPORT
from foveal.records.html import render
from foveal.records.ledger import Ledger
from foveal.records.outcome import Inspected, NotInspected, Outcome
from foveal.records.run_directory import IMAGES
from foveal.records.store import ImageStore
from foveal.schemas.box import Box
from foveal.schemas.calibration import Calibration
from foveal.schemas.constraint import Constraint
from foveal.schemas.evidence import Evidence, ToolStep
from foveal.schemas.finding import Finding
from foveal.schemas.image import ImageRecord, name_pixels
from foveal.schemas.report import Coverage, ModelRecord, Removed, Report, Usage, WorkflowRecord
from foveal.schemas.verification import Verified
from foveal.schemas.view import View

RAN = "document.title=7"

BREAKOUTS = ("", '">', "'>", "</style>", "</title></head>", "</svg>", "-->", "</pre></bdi>", "`>")
PAYLOADS = (
    f"<script>{RAN}</script>",
    f"<img src=x onerror={RAN}>",
    f"<svg onload={RAN}>",
    f"<svg><script>{RAN}</script></svg>",
    f"<body onload={RAN}>",
    f"<details open ontoggle={RAN}>",
    f"<input autofocus onfocus={RAN}>",
    f'<iframe srcdoc="<script>parent.{RAN}</script>">',
    f"<style>@import 'x';*{{background:url(x)}}</style><script>{RAN}</script>",
)
OTHERS = (
    f'" onload="{RAN}" x="',
    f"' onmouseover='{RAN}' x='",
    f" autofocus tabindex=0 onfocus={RAN} ",
    f"javascript:{RAN}",
    f"data:text/html,<script>{RAN}</script>",
    "{{7*7}}{{ page.__class__ }}",
    "{% include 'report.css' %}{% raw %}",
    "{# gone",
    "} body { display: none } .x {",
    "url(javascript:7)</style",
    "<!-- gone",
    "<![CDATA[ gone",
    "<plaintext>",
    "<base href=//example.org><meta http-equiv=refresh content=0>",
    "&lt;b&gt; &amp;amp; &#x3c;script&#62;",
    "[a](javascript:7) ![b](x) **c** `d`",
    "\u202egnp.draob\u202d",
    "\u2066left\u2067right",
    "a\x00b<scr\x00ipt>",
    "\x01\x0b\x1b[31m\x7f",
    "\ufeff\u200b<\u200bb>",
    "\uff1cscript\uff1e\ufe64b\ufe65",
    "a\u2028b\u2029c",
    "+ADw-script+AD4-",
    "w" * 300,
)
HOSTILE = [*map("".join, product(BREAKOUTS, PAYLOADS)), *OTHERS]
HARMLESS = [f"harmless {number:03}." for number in range(len(HOSTILE))]

Pages = dict[str, str]
Tags = list[tuple[str, list[str]]]


class PageReader(HTMLParser):
    """What a page is built of, and the text between."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: Tags = []
        self._texts: list[str] = []
        self.feed(page)
        self.close()
        self.text = without_nulls("".join(self._texts))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, sorted(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self._texts.append(data)


def without_nulls(text: str) -> str:
    """Which a page drops, or marks in its title."""
    return text.replace("\x00", "").replace("\ufffd", "")


class Told(NamedTuple):
    """A report whose every text is one of those, and where its picture is."""

    texts: Sequence[str]
    calibration: Calibration
    images: ImageStore

    @property
    def all(self) -> str:
        return " ".join(self.texts)

    def report(self) -> Report:
        pixels = np.zeros((16, 16), np.uint8)
        image = name_pixels(pixels)
        self.images.save(image, pixels)
        findings = [self.finding(text, image) for text in self.texts]
        return Report(
            verdict="fail",
            reason=self.all,
            findings=findings,
            removed=[Removed(finding=findings[0], constraint=text) for text in self.texts],
            images=[
                ImageRecord(name=text, id=image, size_px=(16, 16), source=text)
                for text in self.texts
            ],
            coverage=Coverage(share=1.0),
            model=ModelRecord(name=self.all, revision=self.all, calibration=self.all),
            workflow=WorkflowRecord(
                name=self.all,
                sha256=self.all,
                asked_as={text: text for text in self.texts},
                constraints=[
                    Constraint(sentence=text, finding={text: text}) for text in self.texts
                ],
            ),
            usage=Usage(),
            calibration=self.calibration.model_copy(update={"fitted_on": self.all}),
            document=[{text: text} for text in self.texts],
            sources={
                f"/{at}/{text.replace('~', '~0').replace('/', '~1')}": f"/findings/{at}/why"
                for at, text in enumerate(self.texts)
            },
            measurements={text: {text: text} for text in self.texts},
        )

    def finding(self, text: str, image: str) -> Finding:
        seen = Evidence(
            name=text,
            view=View(image=image, box_px=Box(0, 0, 16, 16), size_px=(16, 16)),
            crop=image,
            tools=[ToolStep(tool=text, result=text), ToolStep(tool="cover", result=text)],
            model=text,
            prompt=text,
            answers={text: 1.0},
            thought=text,
        )
        return Finding(
            label=text,
            box_px=Box(2, 2, 9, 9),
            size_mm=None,
            confidence=0.9,
            why=text,
            evidence=[seen],
            verification=Verified(claimed=0.9, covered=0.1, supported=True, evidence=[seen]),
        )


def pages_of(told: Told, batch: Path) -> Pages:
    """A run's and a batch's, through the functions that write them."""
    report = told.report()
    brief = report.model_copy(update={"findings": [], "removed": []})
    for folder, known in (("whole", report), ("brief", brief)):
        path = batch / "items" / folder
        shutil.copytree(told.images.folder, path / IMAGES)
        (path / REPORT).write_text(known.model_dump_json(), encoding="utf-8")
    outcomes: dict[str, Outcome] = {
        name: Inspected(id=name, folder=folder, inputs={}, verdict="fail", run="0" * 64)
        for name, folder in [("all", "whole"), *((f"{text} done", "brief") for text in told.texts)]
    }
    outcomes |= {text: NotInspected(id=text, error=text) for text in told.texts}
    ledger, about = (
        Ledger.begin(batch / LEDGER, "foveal batch"),
        {"name": told.all, "model": told.all},
    )
    directory = BatchDirectory(batch, ledger, about, outcomes)
    summary = render_batch(directory, list(outcomes), stopped=told.all)
    return {"report": render(report, told.images), "summary": summary}


@pytest.fixture(scope="module")
def make_pages(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Pages]:
    def make(texts: Sequence[str], calibration: Calibration) -> Pages:
        images = ImageStore(tmp_path_factory.mktemp("images"))
        told = Told(texts, calibration, images)
        return pages_of(told, tmp_path_factory.mktemp("batch"))

    return make


@pytest.fixture
def pages(
    make_pages: Callable[..., Pages], make_calibration: Callable[..., Calibration]
) -> dict[str, Pages]:
    calibration = make_calibration()
    return {
        "hostile": make_pages(HOSTILE, calibration),
        "harmless": make_pages(HARMLESS, calibration),
    }


def assert_shown_as_text(hostile: str, harmless: str) -> None:
    """As often as what is harmless, and by the same elements and attributes."""
    page, plain = PageReader(hostile), PageReader(harmless)
    assert page.tags == plain.tags
    for text, word in zip(HOSTILE, HARMLESS, strict=True):
        assert times_said(text, page.text) >= times_said(word, plain.text) > 0, repr(text)


def times_said(text: str, page: str) -> int:
    """As it is, or as a document in JSON says it."""
    said = {text, json.dumps(text, ensure_ascii=False)[1:-1]}
    return sum(page.count(without_nulls(form)) for form in said)


@pytest.mark.parametrize("page", ["report", "summary"])
def test_hostile_texts_are_shown_and_add_nothing_to_a_page(
    page: str, pages: dict[str, Pages]
) -> None:
    assert_shown_as_text(pages["hostile"][page], pages["harmless"][page])


@pytest.fixture
def browse(tmp_path: Path) -> Callable[[str], str]:
    """What Chromium makes of a page once its scripts have run, as HTML again."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium is installed")

    def browse(page: str) -> str:
        path = tmp_path / "page.html"
        path.write_text(page, encoding="utf-8")
        options = ("--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}")
        command = [chromium, *options, "--dump-dom", path.as_uri()]
        return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()

    return browse


def without_policy(page: str) -> str:
    """So that escaping alone must hold."""
    return page.replace('http-equiv="Content-Security-Policy"', "", 1)


@pytest.mark.parametrize("page", ["report", "summary"])
def test_no_script_runs_in_a_browser_that_enforces_no_policy(
    page: str, pages: dict[str, Pages], browse: Callable[[str], str]
) -> None:
    hostile, harmless = (browse(without_policy(pages[kind][page])) for kind in pages)
    assert "<title>7</title>" not in hostile
    assert_shown_as_text(hostile, harmless)


def test_a_script_that_is_not_escaped_would_be_noticed(browse: Callable[[str], str]) -> None:
    assert "<title>7</title>" in browse(f"<title>page</title>{PAYLOADS[0]}")
