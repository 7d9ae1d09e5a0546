"""Where a model's files are, whether they are all there, and which they are. Reads no weights."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HFValidationError

from foveal.schemas.errors import BadModel

MIXTURE = "qwen3_vl_moe"
FAMILY = ("qwen3_vl", MIXTURE)
"""`model_type` in `config.json` of the checkpoints that the engine runs."""

SHIPPED = Path(__file__).with_name("tiny")
FILES = ("*.json", "*.safetensors", "*.jinja", "*.txt")
NEEDED = (
    ("config.json",),
    ("tokenizer_config.json",),
    ("preprocessor_config.json", "processor_config.json"),
)
"""One of each; transformers 5 saves the image processor inside the processor."""
COPY = "copy or download the whole checkpoint again"
SECONDS_TO_ANSWER = 5.0
"""For the hub; a local copy is used where it does not answer."""


@dataclass(frozen=True)
class Files:
    name: str
    folder: Path
    weights: tuple[Path, ...]
    commit: str
    """The hub's; empty where the files come from a folder."""
    config: Mapping[str, Any]

    @cached_property
    def revision(self) -> str:
        """The hub's commit; of a folder, SHA-256 over its weight files, which takes its time."""
        return self.commit or sha256(self.weights)

    @property
    def is_mixture(self) -> bool:
        return bool(self.config["model_type"] == MIXTURE)

    @property
    def bytes(self) -> int:
        return sum(path.stat().st_size for path in self.weights)


def find_checkpoint(name: str) -> Files:
    """The shipped model by the name `tiny`, a folder by its path, anything else on the hub."""
    if name == "tiny":
        return _checked(name, SHIPPED)
    folder = Path(name).expanduser()
    if folder.exists() or not _is_hub_name(name):
        return _checked(name, folder)
    folder = _download(name)
    return _checked(name, folder, commit=folder.name)


def _is_hub_name(name: str) -> bool:
    return name.count("/") == 1 and not name.startswith((".", "/", "~"))


def _download(name: str) -> Path:
    try:
        return Path(
            snapshot_download(name, allow_patterns=list(FILES), etag_timeout=SECONDS_TO_ANSWER)
        )
    except (OSError, HFValidationError) as error:
        reason = type(error.__cause__ or error).__name__
        raise BadModel(
            f"{name!r} is no folder here and cannot be had from the hub ({reason})",
            fix="check the name and the connection, or give the path of a downloaded checkpoint",
        ) from error


def _checked(name: str, folder: Path, *, commit: str = "") -> Files:
    if not folder.is_dir():
        raise BadModel(
            f"there is no model {name!r}",
            fix="give `tiny`, a folder, or a hub name such as Qwen/Qwen3-VL-8B-Instruct",
        )
    for alternatives in NEEDED:
        if not any((folder / file).is_file() for file in alternatives):
            raise _incomplete(name, alternatives[0])
    config = read_json(folder / "config.json")
    family = config.get("model_type")
    if family not in FAMILY:
        raise BadModel(
            f"{name!r} is a model of type {family!r}, which foveal does not run",
            fix="use a Qwen3-VL checkpoint",
        )
    weights = tuple(_weight_files(name, folder))
    return Files(name, folder, weights, commit, config)


def _weight_files(name: str, folder: Path) -> Iterator[Path]:
    index = folder / "model.safetensors.index.json"
    shards = read_json(index)["weight_map"].values() if index.is_file() else ["model.safetensors"]
    for file in sorted(set(shards)):
        if not (folder / file).is_file():
            raise _incomplete(name, file)
        yield folder / file


def sha256(files: Iterable[Path]) -> str:
    """Of the files' bytes one after another; of a single file, what `sha256sum` prints."""
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def read_json(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise BadModel(f"{path.name} of the model cannot be read ({error})", fix=COPY) from error


def _incomplete(name: str, file: str) -> BadModel:
    return BadModel(f"{name!r} has no {file}", fix=COPY)
