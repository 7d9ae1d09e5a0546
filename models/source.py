"""What a model is loaded from, found and checked before torch is imported."""

from dataclasses import dataclass
from functools import cached_property

from foveal.models.checkpoint import Files, find_checkpoint
from foveal.models.lora import Lora, find_lora
from foveal.models.quantisation import check_quantisation
from foveal.schemas.errors import BadModel
from foveal.schemas.loading import Loading
from foveal.schemas.server import served_name


@dataclass(frozen=True)
class Source:
    files: Files
    lora: Lora | None
    loading: Loading

    @cached_property
    def revision(self) -> str:
        """Names what answers: the checkpoint, then the adapter and the quantisation if any."""
        parts = [self.files.revision]
        if self.lora is not None:
            parts.append(f"lora-{self.lora.revision}")
        if self.loading.quantisation is not None:
            parts.append(self.loading.quantisation)
        return "+".join(parts)


def find_source(name: str, loading: Loading) -> Source:
    if served_name(name) is not None:
        raise BadModel(
            f"{name!r} is not loaded here", fix="use foveal.connect, or the path of a checkpoint"
        )
    files = find_checkpoint(name)
    if loading.quantisation is not None:
        check_quantisation(loading.quantisation, files)
    lora = None if loading.lora is None else find_lora(loading.lora)
    return Source(files, lora, loading)
