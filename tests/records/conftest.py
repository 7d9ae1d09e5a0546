"""Small drawn boards and the reports a comparison of them would make."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from foveal.records.png import Pixels
from foveal.records.run_directory import RunDirectory
from foveal.records.store import ImageStore
from foveal.schemas.box import Box
from foveal.schemas.evidence import Evidence, ToolStep
from foveal.schemas.finding import Finding
from foveal.schemas.image import ImageId, ImageRecord, name_pixels
from foveal.schemas.report import (
    Coverage,
    ModelRecord,
    Removed,
    Report,
    Usage,
    WorkflowRecord,
)
from foveal.schemas.view import View

SIDE = 640
VIEW_SIDE, SENT_SIDE = 64, 128
PX_PER_MM = 48.0
COPPER, BARE = 0, 255
LABELS = ("open", "short", "mousebite", "spur", "copper", "pin-hole")
WHYS = {
    "open": "The trace runs through in A and is interrupted in B.",
    "short": "Two traces that are apart in A are joined in B.",
    "mousebite": "The edge of the trace is straight in A and has a bite in B.",
    "spur": "Copper stands out of the trace in B, and not in A.",
    "copper": "There is copper in B where A is bare.",
    "pin-hole": "The trace is whole in A and has a hole in B.",
}


def draw_template() -> Pixels:
    """Ten traces with a bend, each between two pads."""
    board = np.full((SIDE, SIDE), BARE, np.uint8)
    for row in range(10):
        y = 40 + 60 * row
        bend = 200 + 20 * (row % 4)
        path = np.array([(40, y), (bend, y), (bend + 24, y + 24), (600, y + 24)], np.int32)
        cv2.polylines(board, [path], isClosed=False, color=COPPER, thickness=9)
        for x, pad_y in ((40, y), (600, y + 24)):
            cv2.circle(board, (x, pad_y), 15, COPPER, -1)
            cv2.circle(board, (x, pad_y), 6, BARE, -1)
    return board


def defect_sites(count: int) -> list[tuple[str, int, int]]:
    """Label and the point on a trace where it is drawn, spread over the board."""
    return [(LABELS[at % 6], 290 + 76 * (at // 10), 64 + 60 * (at % 10)) for at in range(count)]


def draw_defect(board: Pixels, label: str, *, x: int, y: int) -> Box:
    """Draws it into the board; gives the box a judge would report."""
    box = {
        "open": Box(x - 4, y - 5, x + 5, y + 6),
        "short": Box(x - 3, y, x + 4, y + 60),
        "mousebite": Box(x - 6, y - 6, x + 6, y - 1),
        "spur": Box(x - 4, y - 16, x + 4, y - 3),
        "copper": Box(x - 7, y + 20, x + 8, y + 35),
        "pin-hole": Box(x - 2, y - 2, x + 3, y + 3),
    }[label]
    copper = label in ("short", "spur", "copper")
    cv2.rectangle(board, box[:2], (box.x2 - 1, box.y2 - 1), COPPER if copper else BARE, -1)
    return box.grown(6).clipped((SIDE, SIDE))


def scanned(board: Pixels, *, seed: int) -> Pixels:
    noise = np.random.default_rng(seed).normal(0, 6, board.shape)
    return np.clip(board * 0.86 + 18 + noise, 0, 255).astype(np.uint8)


def keep(images: ImageStore, pixels: Pixels) -> ImageId:
    image_id = name_pixels(pixels)
    images.save(image_id, pixels)
    return image_id


def square_at(box: Box, side: int) -> Box:
    x = min(max(round(box.center[0]) - side // 2, 0), SIDE - side)
    y = min(max(round(box.center[1]) - side // 2, 0), SIDE - side)
    return Box(x, y, x + side, y + side)


def look_at(
    images: ImageStore,
    picture: tuple[str, Pixels],
    box: Box,
    *,
    side: int,
    answers: dict[str, float],
) -> Evidence:
    name, pixels = picture
    region = square_at(box, side)
    cut = pixels[region.y1 : region.y2, region.x1 : region.x2]
    sent = cv2.resize(cut, (SENT_SIDE, SENT_SIDE), interpolation=cv2.INTER_LINEAR)
    view = View(image=name_pixels(pixels), box_px=region, size_px=(SENT_SIDE, SENT_SIDE))
    tools = [
        ToolStep(tool="align", result="moved by 0.2, 0.0 px, turned by 0.0°"),
        ToolStep(tool="propose", result=f"{box.area} px differ"),
        ToolStep(tool="zoom", result=f"{side} × {side} → {SENT_SIDE} × {SENT_SIDE} px"),
    ]
    return Evidence(
        name=name,
        view=view,
        crop=keep(images, np.asarray(sent, np.uint8)),
        tools=tools,
        model="sha256:" + "5d" * 32,
        prompt="9c" * 32,
        answers=answers,
    )


def finding_at(
    images: ImageStore, pair: tuple[Pixels, Pixels], label: str, *, box: Box, sure: float
) -> Finding:
    """Two pictures at 0.7 and above; below that the model looked closer, at twice the context."""
    others = [other for other in (*LABELS, "none") if other != label]
    answers = {label: sure} | {
        other: (1 - sure) * 2.0 ** -(at + 1) for at, other in enumerate(others)
    }
    sides = (VIEW_SIDE,) if sure >= 0.7 else (VIEW_SIDE, 2 * VIEW_SIDE)
    evidence = [
        look_at(images, picture, box, side=side, answers=answers)
        for side in sides
        for picture in zip("AB", pair, strict=True)
    ]
    return Finding(
        label=label,
        box_px=box,
        size_mm=max(box.width, box.height) / PX_PER_MM,
        confidence=sure,
        why=WHYS[label],
        evidence=evidence,
    )


def image_record(name: str, pixels: Pixels) -> ImageRecord:
    return ImageRecord(
        name=name,
        id=name_pixels(pixels),
        size_px=(pixels.shape[1], pixels.shape[0]),
        source=f"board-0417_{name}.png",
        px_per_mm=PX_PER_MM,
    )


def report_of(
    images: ImageStore, *, findings: int, removed: int = 0, comparable: bool = True
) -> Report:
    """A whole report over a drawn pair, whose pictures are all in the store."""
    drawn = draw_template()
    tested = drawn.copy() if comparable else np.rot90(drawn).copy()
    boxes = [
        (label, draw_defect(tested, label, x=x, y=y))
        for label, x, y in defect_sites(findings + removed)
    ]
    pair = scanned(drawn, seed=1), scanned(tested, seed=2)
    for pixels in pair:
        keep(images, pixels)
    found = [
        finding_at(images, pair, label, box=box, sure=0.9991 - 0.037 * (at % 11))
        for at, (label, box) in enumerate(boxes)
    ]
    rule = "Report only what is larger than 1 mm."
    return Report(
        verdict="review" if not comparable else "fail" if findings else "pass",
        reason=_reason(findings, comparable=comparable),
        findings=found[:findings],
        removed=[Removed(finding=out, constraint=rule) for out in found[findings:]],
        images=[image_record(*named) for named in zip(("template", "tested"), pair, strict=True)],
        coverage=Coverage(share=0.998 if comparable else 0.0, mm_per_px=1 / PX_PER_MM),
        model=ModelRecord(name="tiny", revision="5d" * 32, calibration="2,000 drawn boards"),
        workflow=WorkflowRecord(name="board-compare", sha256="e1" * 32),
        usage=Usage(image_encodes=86, prefill_tokens=24_310, new_tokens=0, model_calls=3),
        measurements={"alignment": _alignment(comparable)},
    )


def _reason(findings: int, *, comparable: bool) -> str:
    if not comparable:
        return "The images could not be aligned."
    if not findings:
        return "All 7 differences were judged harmless, and 99.8 % of the board was looked at."
    few = "1 finding reaches" if findings == 1 else f"{findings} findings reach"
    return f"{few} the threshold of 0.62."


def _alignment(comparable: bool) -> dict[str, object]:
    if not comparable:
        return {
            "comparable": False,
            "reason": "Only 9 % of the template's edges are found again in the tested image; "
            "the two are probably different boards.",
            "agreement": 0.09,
        }
    return {
        "comparable": True,
        "motion": "translation",
        "residual_px": 0.41,
        "agreement": 0.964,
        "matrix": [[1.0, 0.0, 0.2], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    }


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return RunDirectory.open(tmp_path / "run")


@pytest.fixture
def make_report(run: RunDirectory) -> Callable[..., Report]:
    """A report whose pictures are in the store of `run`."""
    return lambda **shape: report_of(run.images, **shape)
