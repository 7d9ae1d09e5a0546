"""Pictures are decoded in other processes, which may end; the caller goes on."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Timer

import numpy as np
import PIL.Image
import pytest

from foveal.schemas.errors import BadImage, FovealError
from foveal.tools.decoding import Decoder
from foveal.tools.decoding_process import DecodingProcess, Limits
from foveal.tools.intake import read_image

MEGABYTE = 2**20


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder() as decoder:
        yield decoder


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "board.png"
    pixels = np.random.default_rng(0).integers(0, 256, (30, 50, 3), dtype=np.uint8)
    PIL.Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """81 million pixels, which take longer than a second to decode."""
    path = tmp_path / "large.png"
    PIL.Image.new("RGB", (9000, 9000)).save(path)
    return path


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_picture_is_read_as_in_this_process(decoder: Decoder, picture: Path, mode: str) -> None:
    PIL.Image.open(picture).convert(mode).save(picture)

    image = decoder.read(picture)

    assert image == read_image(picture)
    np.testing.assert_array_equal(image.pixels, read_image(picture).pixels)
    assert not image.pixels.flags.writeable


def test_a_name_that_is_no_utf_8_is_a_name(decoder: Decoder, picture: Path) -> None:
    odd = picture.rename(picture.with_name(os.fsdecode(b"b\xf6ard\n.png")))

    assert decoder.read(odd).source == odd.name


def write_bomb(path: Path) -> None:
    PIL.Image.new("L", (1, 1)).save(path)
    content = bytearray(path.read_bytes())
    content[16:24] = (50_000).to_bytes(4, "big") * 2
    path.write_bytes(content)


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:2000])


def become_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    "spoil",
    [write_bomb, cut_short, become_pipe, Path.unlink, lambda path: path.write_text("text")],
    ids=["a bomb", "cut short", "a pipe", "missing", "no image"],
)
def test_what_is_refused_is_refused_in_the_same_words(
    decoder: Decoder, picture: Path, spoil: Callable[[Path], object]
) -> None:
    spoil(picture)
    with pytest.raises(BadImage) as here:
        read_image(picture)

    with pytest.raises(BadImage) as apart:
        decoder.read(picture)

    assert (apart.value.what, apart.value.fix) == (here.value.what, here.value.fix)


def test_a_picture_that_takes_too_long_is_refused_and_the_next_is_read(
    large: Path, picture: Path
) -> None:
    with Decoder(Limits(seconds=0.2), processes=1) as hasty:
        started = time.monotonic()
        with pytest.raises(BadImage, match=r"large.png' could not be decoded within 0.2 s: crop"):
            hasty.read(large)
        assert time.monotonic() - started < 5

    with Decoder(processes=1) as decoder:
        assert decoder.read(picture).size == (50, 30)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
def test_a_picture_that_needs_too_much_memory_is_refused_and_the_next_is_read(
    large: Path, picture: Path
) -> None:
    with Decoder(Limits(memory_bytes=400 * MEGABYTE), processes=1) as small:
        with pytest.raises(BadImage, match=r"large.png' needs more than 0.391 GiB of memory"):
            small.read(large)

        assert small.read(picture).size == (50, 30)


def test_a_decoder_that_crashes_costs_one_picture(large: Path, picture: Path) -> None:
    process = DecodingProcess(Limits())
    process.decode(picture, None)
    crash = Timer(0.1, process._process.kill)
    crash.start()

    with pytest.raises(BadImage, match=r"large.png' crashed its decoder: open it elsewhere"):
        process.decode(large, None)

    assert not process.fit
    crash.join()
    process.end()


def test_a_process_that_ended_while_it_was_not_needed_is_refused_once(picture: Path) -> None:
    with Decoder(processes=1) as decoder:
        decoder.read(picture)
        idle = decoder._places.queue[0]
        assert idle
        idle._process.kill()
        idle._process.wait()

        with pytest.raises(BadImage, match="crashed its decoder"):
            decoder.read(picture)
        assert decoder.read(picture).size == (50, 30)


def test_sixteen_threads_share_two_processes(tmp_path: Path, picture: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_text("no picture")

    def read(index: int) -> str:
        try:
            return shared.read(picture if index % 4 else broken).id
        except BadImage:
            return "refused"

    with Decoder(processes=2) as shared, ThreadPoolExecutor(16) as threads:
        outcomes = list(threads.map(read, range(200)))
        assert len(shared._places.queue) == 2

    assert outcomes.count("refused") == 50
    assert set(outcomes) == {"refused", read_image(picture).id}


def test_a_process_is_kept_for_the_next_picture_and_ended_with_the_decoder(picture: Path) -> None:
    with Decoder() as decoder:
        decoder.read(picture)
        kept = [process for process in decoder._places.queue if process]
        decoder.read(picture)
        assert [process for process in decoder._places.queue if process] == kept

    assert [process._process.poll() for process in kept] == [-9]


def test_a_process_ends_when_no_one_asks_any_more(picture: Path) -> None:
    process = DecodingProcess(Limits())
    process.decode(picture, None)

    process._process.communicate()

    assert process._process.returncode == 0


def test_an_interpreter_that_cannot_be_started_is_not_blamed_on_the_picture(
    picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which("true"))

    with Decoder() as decoder, pytest.raises(FovealError, match="starts no process") as refused:
        decoder.read(picture)

    assert not isinstance(refused.value, BadImage)


SCRIPT = """
from pathlib import Path
from foveal.tools.decoding import Decoder
print("once")
image = Decoder().read(Path("board.png"))
print(image.size)
"""


def test_a_script_without_a_main_guard_runs_once(picture: Path) -> None:
    script = picture.with_name("script.py")
    script.write_text(SCRIPT)

    ran = subprocess.run(
        [sys.executable, "-X", "dev", str(script)],
        cwd=picture.parent,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert (ran.stdout, ran.stderr) == ("once\n(50, 30)\n", "")


def test_modules_beside_the_caller_are_not_run_in_the_place_of_libraries(
    picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(picture.parent)
    Path("numpy.py").write_text("raise SystemExit")
    Path("json.py").write_text("raise SystemExit")

    with Decoder() as decoder:
        assert decoder.read(picture).size == (50, 30)
