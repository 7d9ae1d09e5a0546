from itertools import islice
from pathlib import Path

import numpy as np

from foveal.training.chunk import Chunk, endless, known


def test_a_chunk_comes_back_as_it_was_saved(chunk: Chunk, tmp_path: Path) -> None:
    path = tmp_path / "chunk-1-000.npz"

    chunk.save(path)

    again = Chunk.load(path)
    assert all(np.array_equal(value, vars(again)[name]) for name, value in vars(chunk).items())
    assert list(tmp_path.iterdir()) == [path]


def test_reading_goes_on_without_end_and_leaves_unfinished_files_alone(
    chunk: Chunk, tmp_path: Path
) -> None:
    chunk.save(tmp_path / "chunk-1-000.npz")
    (tmp_path / "chunk-1-001.partial").write_bytes(b"half")

    read = list(islice(endless(tmp_path, np.random.default_rng(0)), 100))

    assert len(read) == 100
    assert all(np.array_equal(one.kinds, chunk.kinds) for one in read[::40])


def test_padding_is_no_truth() -> None:
    table = np.array([[2, 1, 1, 3, 3], [-1, -1, -1, -1, -1]], np.float32)

    assert known(table).tolist() == [[2, 1, 1, 3, 3]]
