import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from foveal.models.checkpoint import find_checkpoint
from foveal.schemas.errors import BadModel


@pytest.fixture
def copy(checkpoint: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(checkpoint, tmp_path / "copy"))


def test_the_revision_of_a_folder_is_the_hash_of_its_weights(checkpoint: Path) -> None:
    weights = (checkpoint / "model.safetensors").read_bytes()
    assert find_checkpoint(str(checkpoint)).revision == hashlib.sha256(weights).hexdigest()


def test_shards_are_hashed_in_the_order_of_their_names(copy: Path) -> None:
    whole = copy / "model.safetensors"
    weights = whole.read_bytes()
    whole.unlink()
    (copy / "model-1.safetensors").write_bytes(weights[:1000])
    (copy / "model-2.safetensors").write_bytes(weights[1000:])
    index = {"weight_map": {"b": "model-2.safetensors", "a": "model-1.safetensors"}}
    (copy / "model.safetensors.index.json").write_text(json.dumps(index))
    assert find_checkpoint(str(copy)).revision == hashlib.sha256(weights).hexdigest()


@pytest.mark.parametrize("name", ["nowhere", "./nowhere", "/no/such/folder", "~/no-such-model"])
def test_a_name_of_nothing_is_refused_with_what_to_do(name: str) -> None:
    with pytest.raises(
        BadModel, match=r"there is no model .*: give `tiny`, a folder, or a hub name"
    ):
        find_checkpoint(name)


@pytest.mark.parametrize(
    "file",
    ["config.json", "tokenizer_config.json", "preprocessor_config.json", "model.safetensors"],
)
def test_a_missing_file_is_named(copy: Path, file: str) -> None:
    (copy / file).unlink()
    with pytest.raises(BadModel, match=f"has no {file}: copy or download the whole checkpoint"):
        find_checkpoint(str(copy))


def test_a_missing_shard_is_named(copy: Path) -> None:
    index = {"weight_map": {"a": "model-1.safetensors"}}
    (copy / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(BadModel, match=r"has no model-1\.safetensors"):
        find_checkpoint(str(copy))


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", '"qwen3_vl"'])
def test_a_config_that_is_no_json_object_is_refused(copy: Path, text: str) -> None:
    (copy / "config.json").write_text(text)
    with pytest.raises(BadModel, match=r"config\.json of the model cannot be read"):
        find_checkpoint(str(copy))


@pytest.mark.parametrize("family", ["llama", "qwen2_5_vl", None])
def test_a_model_of_another_family_is_refused(copy: Path, family: str | None) -> None:
    (copy / "config.json").write_text(json.dumps({"model_type": family}))
    with pytest.raises(BadModel, match=f"of type {family!r}.*use a Qwen3-VL checkpoint"):
        find_checkpoint(str(copy))


def test_a_file_is_no_model(checkpoint: Path) -> None:
    with pytest.raises(BadModel, match="there is no model"):
        find_checkpoint(str(checkpoint / "model.safetensors"))


def look_up(name: str, home: Path, **environment: str) -> str:
    """What a fresh process says, since huggingface_hub reads its environment once."""
    script = (
        "import sys\n"
        "from foveal.models.checkpoint import find_checkpoint\n"
        "from foveal.schemas.errors import BadModel\n"
        "try:\n    print(find_checkpoint(sys.argv[1]))\n"
        "except BadModel as error:\n    print(error)\n"
    )
    process = subprocess.run(
        [sys.executable, "-c", script, name],
        env=environment | {"HF_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return process.stdout


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"HF_HUB_OFFLINE": "1"}, "OfflineModeIsEnabled"),
        ({"HF_ENDPOINT": "http://127.0.0.1:9"}, "ConnectError"),
    ],
    ids=["offline", "no network"],
)
def test_a_hub_name_that_cannot_be_had_is_refused_at_once(
    tmp_path: Path, environment: dict[str, str], reason: str
) -> None:
    start = time.monotonic()
    said = look_up("nobody/nothing", tmp_path, **environment)
    assert f"'nobody/nothing' is no folder here and cannot be had from the hub ({reason})" in said
    assert "give the path of a downloaded checkpoint" in said
    assert time.monotonic() - start < 30


def test_a_copy_from_the_hub_is_found_offline_and_named_by_its_commit(
    checkpoint: Path, tmp_path: Path
) -> None:
    repository = tmp_path / "hub" / "models--someone--something"
    commit = "0123456789abcdef0123456789abcdef01234567"
    shutil.copytree(checkpoint, repository / "snapshots" / commit)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit)
    said = look_up("someone/something", tmp_path, HF_HUB_OFFLINE="1")
    assert f"commit='{commit}'" in said
