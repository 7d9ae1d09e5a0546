from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from foveal.training.blending import blend


def weights(folder: Path, value: float) -> Path:
    folder.mkdir()
    names = ("model.language_model.norm.weight", "model.visual.norm.weight")
    tensors = {name: torch.full((3,), value, dtype=torch.bfloat16) for name in names}
    save_file(tensors, folder / "model.safetensors")
    (folder / "config.json").write_text(f'{{"from": {value}}}')
    return folder


def test_each_part_goes_its_own_share_of_the_way(tmp_path: Path) -> None:
    start, end = weights(tmp_path / "start", 1.0), weights(tmp_path / "end", 3.0)

    blend(start, end, tmp_path / "out", language=0.75, vision=0.5)

    blended = load_file(tmp_path / "out" / "model.safetensors")
    assert blended["model.language_model.norm.weight"].tolist() == [2.5] * 3
    assert blended["model.visual.norm.weight"].tolist() == [2.0] * 3
    assert blended["model.visual.norm.weight"].dtype == torch.bfloat16
    assert (tmp_path / "out" / "config.json").read_text() == '{"from": 3.0}'


@pytest.mark.parametrize(("share", "value"), [(0.0, 1.0), (1.0, 3.0)])
def test_the_ends_are_the_models_themselves(share: float, value: float, tmp_path: Path) -> None:
    start, end = weights(tmp_path / "start", 1.0), weights(tmp_path / "end", 3.0)

    blend(start, end, tmp_path / "out", language=share, vision=share)

    for tensor in load_file(tmp_path / "out" / "model.safetensors").values():
        assert tensor.tolist() == [value] * 3
