"""What a person names as a picture."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from foveal.reading import read_picture
from foveal.schemas.errors import BadImage

Boards = tuple[Path, Path]


@pytest.mark.parametrize(
    "url", ["https://pictures.example/a.png", "HTTP://x/y", "file:///etc/passwd", "s3://bucket/key"]
)
def test_urls_are_refused_unless_they_are_allowed(url: str) -> None:
    with pytest.raises(BadImage) as refused:
        read_picture(url)

    assert str(refused.value) == (
        f"{url!r} is a URL, and images are not fetched from URLs: "
        "download it, or allow https with --allow-urls (allow_urls=True in Python)"
    )


def test_a_picture_outside_the_roots_is_refused(boards: Boards, tmp_path: Path) -> None:
    (tmp_path / "lot").mkdir()

    assert read_picture(boards[0], roots=[tmp_path]).size == (320, 320)
    with pytest.raises(BadImage, match="leads out of"):
        read_picture(boards[0], roots=[tmp_path / "lot"])


FORKING = """
import os, sys
from foveal.reading import read_picture
read_picture(sys.argv[1])
child = os.fork()
for _ in range(20):
    read_picture(sys.argv[1])
if child:
    _, status = os.waitpid(child, 0)
    read_picture(sys.argv[1])
    print("child", status)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only here are processes forked")
def test_a_fork_reads_by_processes_of_its_own(boards: Boards) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", FORKING, str(boards[0])],
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert (ran.stdout, ran.stderr) == ("child 0\n", "")
