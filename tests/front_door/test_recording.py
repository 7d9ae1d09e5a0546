"""What a graph records stands in the run's directory."""

import json
from pathlib import Path

import numpy as np

from foveal.recording import RunRecorder
from foveal.records.run_directory import RunDirectory
from foveal.schemas.image import name_pixels
from foveal.schemas.report import Usage


def test_pixels_and_lines_reach_the_directory(tmp_path: Path) -> None:
    directory = RunDirectory.open(tmp_path)
    recorder = RunRecorder(directory)
    pixels = np.arange(48, dtype=np.uint8).reshape(6, 8)

    recorder.image(name_pixels(pixels), pixels)
    recorder.append("choose", model="tiny", usage=Usage(model_calls=1))

    assert np.array_equal(directory.images.load(name_pixels(pixels)), pixels)
    line = json.loads(directory.ledger.path.read_text().splitlines()[-1])
    assert line["kind"] == "choose"
    assert line["data"]["usage"]["model_calls"] == 1
