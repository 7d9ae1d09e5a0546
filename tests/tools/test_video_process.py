"""Videos are decoded in a process that may crash, and that opens nothing but what it was told."""

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from foveal.schemas.errors import BadSource
from foveal.tools.image import Pixels
from foveal.tools.picture_file import MAX_PIXELS
from foveal.tools.video_process import Shot, Video, VideoProcess

av = pytest.importorskip("av")

WIDTH, HEIGHT, RATE = 320, 192, 30

Encode = Callable[..., Path]


def scenes(*seeds: int, frames: int = 20) -> list[Pixels]:
    """Another scene for each seed, at rest."""
    drawn = []
    for seed in seeds:
        blocks = np.random.default_rng(seed).integers(
            40, 220, (HEIGHT // 16, WIDTH // 16), np.uint8
        )
        drawn += [np.kron(blocks, np.ones((16, 16), np.uint8))] * frames
    return drawn


@pytest.fixture
def encode(tmp_path: Path) -> Encode:
    def write(frames: Iterable[Pixels], name: str = "line.mp4", pix_fmt: str = "yuv420p") -> Path:
        path = tmp_path / name
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=RATE)
            stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, pix_fmt
            stream.options = {"preset": "ultrafast"}
            for pixels in frames:
                frame = av.VideoFrame.from_ndarray(pixels, "gray" if pixels.ndim == 2 else "rgb24")
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return path

    return write


def shots(path: Path, *, max_pixels: int = MAX_PIXELS) -> list[Shot]:
    process = VideoProcess(Video(url=f"file:{path}", name=path.name, max_pixels=max_pixels))
    try:
        return list(process.shots())
    finally:
        process.end()


def refusal(path: Path, *, max_pixels: int = MAX_PIXELS) -> str:
    with pytest.raises(BadSource) as refused:
        shots(path, max_pixels=max_pixels)
    return str(refused.value)


@pytest.mark.parametrize("name", ["line.mp4", "line.mkv", "line.ts"])
def test_frames_that_rest_are_sent_whole_with_their_time(encode: Encode, name: str) -> None:
    drawn = scenes(1, 2)
    *passed, last = shots(encode(drawn, name))

    assert [shot.frames for shot in passed] == [10, 30]
    assert last == Shot(frames=40, damaged=0)
    times = [shot.time_s for shot in passed if shot.time_s is not None]
    assert times[1] - times[0] == pytest.approx(20 / RATE, abs=0.001)
    for shot, drawn_frame in zip(passed, (drawn[0], drawn[-1]), strict=True):
        assert shot.pixels is not None
        assert shot.pixels.shape == (HEIGHT, WIDTH), "a grey scene has one channel"
        assert np.abs(shot.pixels.astype(int) - drawn_frame).mean() < 4


@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv444p", "yuv420p10le"])
def test_colours_are_kept(encode: Encode, pix_fmt: str) -> None:
    red = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    red[..., 0] = 220
    shot, _ = shots(encode([red] * 15, pix_fmt=pix_fmt))

    assert shot.pixels is not None
    assert np.abs(shot.pixels.mean(axis=(0, 1)) - (220, 0, 0)).max() < 8


def test_a_video_cut_short_gives_what_it_holds(encode: Encode) -> None:
    path = encode(scenes(1, 2), "line.ts")
    path.write_bytes(path.read_bytes()[:-8000])

    assert [shot.frames for shot in shots(path)][:1] == [10]


def test_damaged_packets_cost_their_frames_and_are_counted(encode: Encode) -> None:
    path = encode(scenes(1, 2, 3), "line.mkv")
    content = bytearray(path.read_bytes())
    rng = np.random.default_rng(0)
    for at in rng.integers(len(content) // 3, len(content), 200):
        content[at] ^= 0xFF
    path.write_bytes(content)
    last = shots(path)[-1]

    assert last.frames < 60
    assert last.damaged > 0


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"no video at all" * 99, "cannot be read"), (b"", "cannot be read")],
    ids=["text", "empty"],
)
def test_what_is_no_video_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "line.mp4"
    path.write_bytes(content)

    assert refusal(path).startswith(f"'line.mp4' {why}")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{other}\n#EXT-X-ENDLIST\n"),
        ("list.ffconcat", "ffconcat version 1.0\nfile {other}\n"),
        ("line.sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nm=video 5004 RTP/AVP 96\n"),
    ],
)
def test_a_playlist_leads_nowhere(encode: Encode, tmp_path: Path, name: str, text: str) -> None:
    other = encode(scenes(1), "other.ts")
    (tmp_path / name).write_text(text.format(other=other.name))

    assert "cannot be read" in refusal(tmp_path / name)


def test_frames_that_are_too_large_are_refused(encode: Encode) -> None:
    said = refusal(encode(scenes(1)), max_pixels=1000)

    assert "has frames of 320 × 192 pixels" in said


def test_a_decoder_that_dies_is_told_of(encode: Encode) -> None:
    process = VideoProcess(Video(url=f"file:{encode(scenes(*range(30)))}", name="line.mp4"))
    shots = process.shots()
    next(shots)
    process._process.kill()
    with pytest.raises(BadSource, match=r"'line\.mp4' crashed its decoder"):
        list(shots)
    process.end()


def test_reading_ends_when_another_thread_says_so(encode: Encode) -> None:
    process = VideoProcess(Video(url=f"file:{encode(scenes(*range(30)))}", name="line.mp4"))
    reading = process.shots()
    next(reading)
    ending = threading.Timer(0.1, process.end)
    ending.start()

    assert len(list(reading)) < 30
    ending.join()
    process.end()


def test_no_password_stands_among_the_arguments_of_the_process() -> None:
    video = Video(url="rtsp://me:secret@127.0.0.1:1/x", name="rtsp://127.0.0.1:1/x")
    process = VideoProcess(video)
    command = Path(f"/proc/{process._process.pid}/cmdline")
    told = command.read_bytes() if command.exists() else b""
    with pytest.raises(BadSource) as refused:
        list(process.shots())
    process.end()

    assert b"secret" not in told
    assert "secret" not in f"{refused.value}{video}"
