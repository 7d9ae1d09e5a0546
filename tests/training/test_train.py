import sys
from pathlib import Path

import pytest

from foveal.training.train import main


def test_a_missing_validation_chunk_is_told_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    monkeypatch.setattr(sys, "argv", ["train", str(tmp_path), str(run), "--minutes", "1"])

    with pytest.raises(SystemExit) as stopped:
        main()

    assert stopped.value.code == 2
    assert "validation.npz is missing: draw a chunk" in capsys.readouterr().err
    assert not run.exists()
