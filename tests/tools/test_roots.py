"""Files that a list names lie below the folders it was given."""

import os
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import PIL.Image
import pytest

from foveal.schemas.errors import BadImage
from foveal.tools.decoding import Decoder
from foveal.tools.picture_file import read_pixels
from foveal.tools.roots import require_opened_within, within


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a picture in it, and beside it what is nobody's business."""
    root = tmp_path / "parts"
    (root / "lot").mkdir(parents=True)
    (tmp_path / "parts-of-others").mkdir()
    for name in ["parts/lot/a.png", "secret.png", "parts-of-others/secret.png"]:
        PIL.Image.new("L", (4, 3)).save(tmp_path / name)
    return root


@pytest.mark.parametrize("name", ["lot/a.png", "lot/../lot/a.png", "./lot//a.png", "../parts/lot"])
def test_what_lies_below_a_root_is_where_it_leads(root: Path, name: str) -> None:
    assert within(root / name, [root]) == (root / name).resolve()


def test_any_of_several_roots_will_do(root: Path) -> None:
    other = root.parent / "parts-of-others"

    assert within(other / "secret.png", [root, other]) == other / "secret.png"


def test_a_relative_path_and_root_are_seen_from_here(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root.parent)

    assert within(Path("parts/lot/a.png"), [Path("parts")]) == root / "lot/a.png"


def test_a_link_that_stays_below_is_followed(root: Path) -> None:
    (root / "link.png").symlink_to("lot/a.png")

    assert within(root / "link.png", [root]) == root / "lot/a.png"


def test_a_root_may_itself_be_a_link(root: Path) -> None:
    link = root.parent / "link"
    link.symlink_to(root)

    assert within(link / "lot/a.png", [link]) == root / "lot/a.png"


@pytest.mark.parametrize(
    "name",
    [
        "../secret.png",
        "lot/../../secret.png",
        "../parts-of-others/secret.png",
        "/etc/passwd",
        "/proc/self/environ",
        "/dev/zero",
        "..",
        "../nothing.png",
    ],
)
def test_what_leads_out_of_the_root_is_refused(root: Path, name: str) -> None:
    with pytest.raises(BadImage, match=r"leads out of '.*parts': give a file below that folder"):
        within(root / name, [root])


@pytest.mark.parametrize("target", ["../secret.png", "..", "/etc"])
def test_a_link_that_leads_out_is_refused(root: Path, target: str) -> None:
    (root / "link").symlink_to(target)

    with pytest.raises(BadImage, match="leads out"):
        within(root / "link", [root])


@pytest.mark.skipif(sys.platform != "linux", reason="other file systems may take both for one")
@pytest.mark.parametrize(
    "other",
    [str.upper, lambda name: unicodedata.normalize("NFD", name)],
    ids=["case", "composed"],
)
def test_a_name_written_otherwise_is_another_folder(
    tmp_path: Path, other: Callable[[str], str]
) -> None:
    root = tmp_path / "stück"
    root.mkdir()

    assert within(root / "ä.png", [root]) == root / "ä.png"
    with pytest.raises(BadImage, match="leads out"):
        within(tmp_path / other("stück") / "ä.png", [root])


@pytest.mark.parametrize("name", ["nul\0.png", "x" * 5000], ids=["nul byte", "too long"])
def test_a_name_no_file_can_have_is_refused(root: Path, name: str) -> None:
    with pytest.raises(BadImage):
        read_pixels(root / name, roots=[root])


def test_links_in_a_circle_are_refused(root: Path) -> None:
    (root / "link.png").symlink_to("link.png")

    with pytest.raises(BadImage):
        read_pixels(root / "link.png", roots=[root])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says where an open file lies")
def test_a_link_changed_between_the_check_and_the_opening_does_not_help(root: Path) -> None:
    link = root / "link.png"
    link.symlink_to(root.parent / "secret.png")

    with link.open("rb") as opened:
        link.unlink()
        link.symlink_to("lot/a.png")
        assert within(link, [root]) == root / "lot/a.png"

        with pytest.raises(BadImage, match=r"link.png' leads out"):
            require_opened_within(opened, link, [root])


def test_a_decoder_reads_below_the_roots_only(root: Path) -> None:
    with Decoder() as decoder:
        assert decoder.read(root / "lot/a.png", roots=[root]).size == (4, 3)
        with pytest.raises(BadImage, match="leads out"):
            decoder.read(root / "../secret.png", roots=[root])


def test_pipes_below_a_root_are_refused_too(root: Path) -> None:
    os.mkfifo(root / "pipe.png")

    with pytest.raises(BadImage, match="a pipe or a device"):
        read_pixels(root / "pipe.png", roots=[root])
