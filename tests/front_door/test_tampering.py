"""One change to any file of a batch: `audit` names the file, or it is one that proves nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.random import Generator

from foveal.agents.scripted import ScriptedModel
from foveal.api import batch
from foveal.auditing import audit
from foveal.exporting import export
from foveal.records.png import NOT_PNG, decode
from foveal.schemas.errors import BadRecord
from foveal.workflow_file import load_workflow

CASES = 50
"""Of each kind of change."""

UNPROVEN = {
    "ledger.head": "the head that was kept elsewhere is believed, and for a run its batch's ledger",
    "findings.csv": "an export is a copy",
    ".foveal.lock": "empty",
}

Change = Callable[[Generator, bytes], bytes]


@dataclass(frozen=True)
class Written:
    folder: Path
    head: str

    def files(self) -> list[Path]:
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return sorted(path for path in found if path.name not in UNPROVEN)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Three parts, of which one cannot be read."""
    folder = tmp_path_factory.mktemp("batch")
    board = np.full((160, 160), 235, np.uint8)
    cv2.line(board, (20, 80), (140, 80), 20, 9)
    cv2.imwrite(str(folder / "template.png"), board)
    board[70:90, 70:84] = 235
    cv2.imwrite(str(folder / "tested.png"), board)
    manifest = folder / "parts.csv"
    lines = ("id,template,tested", *(f"{name},template.png,tested.png" for name in "ab"))
    manifest.write_text("\n".join([*lines, "c,template.png,gone.png"]))
    workflow = load_workflow("board-compare").model_copy(update={"calibration": {}})
    done = batch(workflow, manifest, out=folder / "out", model=ScriptedModel())
    export(folder / "out", ["csv"], out=folder / "out" / "exports")
    return Written(folder / "out", done.head)


def span(rng: Generator, content: bytes) -> slice:
    at = int(rng.integers(len(content)))
    return slice(at, at + int(rng.integers(1, 200)))


def flip(rng: Generator, content: bytes) -> bytes:
    changed = bytearray(content)
    changed[rng.integers(len(content))] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def delete(rng: Generator, content: bytes) -> bytes:
    gone = span(rng, content)
    return content[: gone.start] + content[gone.stop :]


def insert(rng: Generator, content: bytes) -> bytes:
    """A copy from elsewhere in the file."""
    at = int(rng.integers(len(content) + 1))
    return content[:at] + content[span(rng, content)] + content[at:]


def swap(rng: Generator, content: bytes) -> bytes:
    """Two halves of a span."""
    moved = span(rng, content)
    part = content[moved]
    return (
        content[: moved.start]
        + part[len(part) // 2 :]
        + part[: len(part) // 2]
        + content[moved.stop :]
    )


def truncate(rng: Generator, content: bytes) -> bytes:
    return content[: rng.integers(len(content))]


def swap_lines(rng: Generator, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    one, other = rng.integers(len(lines), size=2)
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def delete_line(rng: Generator, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    del lines[rng.integers(len(lines))]
    return b"".join(lines)


CHANGES = [flip, delete, insert, swap, truncate, swap_lines, delete_line]


def shows_the_same(path: Path, before: bytes, after: bytes) -> bool:
    """Of an image its pixels are proven, not the bytes of the PNG that holds them."""
    if path.suffix != ".png":
        return False
    try:
        return bool(np.array_equal(decode(before), decode(after)))
    except NOT_PNG:
        return False


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_to_any_file_is_refused_by_its_name(change: Change, written: Written) -> None:
    for seed in range(CASES):
        rng = np.random.default_rng(seed)
        path = written.files()[seed % len(written.files())]
        before = path.read_bytes()
        after = change(rng, before)
        if after == before or shows_the_same(path, before, after):
            continue
        path.write_bytes(after)
        try:
            with pytest.raises(BadRecord) as refusal:
                audit(written.folder, head=written.head)
            assert path.name in refusal.value.what, f"seed {seed}"
        finally:
            path.write_bytes(before)


def test_any_file_that_is_gone_is_missed(written: Written) -> None:
    for path in written.files():
        before = path.read_bytes()
        path.unlink()
        with pytest.raises(BadRecord, match=f"{path.name}|holds no run"):
            audit(written.folder, head=written.head)
        path.write_bytes(before)


@pytest.mark.parametrize("name", UNPROVEN)
def test_what_proves_nothing_may_change(name: str, written: Written) -> None:
    found = list(written.folder.rglob(name))
    assert found
    for path in found:
        before = path.read_bytes()
        path.write_bytes(b"changed")
        assert audit(written.folder, head=written.head).runs == 2
        path.write_bytes(before)
