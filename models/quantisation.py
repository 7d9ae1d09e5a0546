"""Weights in 8 or 4 bits, through torchao, quantised tensor by tensor as they are read.

Embeddings, norms, the router of a mixture of experts and the patch embedding stay as they are.
Four bits are for the language model only: the vision tower, a tenth of the weights, gets eight, so
that fine detail survives.
"""

from typing import TYPE_CHECKING, Any

from foveal.models.checkpoint import Files
from foveal.models.extras import require
from foveal.schemas.errors import BadModel
from foveal.schemas.precision import Quantisation

if TYPE_CHECKING:  # what can be refused is refused before torch is imported
    import torch
    from transformers import TorchAoConfig

VISION = r"re:model\.visual\.(blocks|merger|deepstack_merger_list)\..*(qkv|proj|fc1|fc2)\.weight"
LANGUAGE = r"re:model\.language_model\.layers\..*_proj\.weight"
EXPERTS = r"re:model\.language_model\.layers\..*\.experts\.(gate_up_proj|down_proj)"
"""Of a mixture: three-dimensional parameters of no linear layer."""

GROUP = 64
"""Weights of four bits that share a scale and a zero point: half a bit more each."""

INSTEAD = "use int8"


def check_quantisation(quantisation: Quantisation, files: Files) -> None:
    """What can be known without torch."""
    require("torchao", purpose=f"quantisation {quantisation!r}", extra="quantisation")
    if "quantization_config" in files.config:
        raise BadModel(
            f"{files.name!r} is quantised already",
            fix="leave quantisation out, or use the original",
        )
    if quantisation == "int4" and files.is_mixture:
        raise BadModel(
            f"{files.name!r} is a mixture of experts, for which there is no int4", fix=INSTEAD
        )


def quantised(quantisation: Quantisation, place: "torch.device") -> "TorchAoConfig":
    """What `from_pretrained` takes."""
    from torchao.quantization import FqnToConfig, Int8WeightOnlyConfig
    from transformers import TorchAoConfig

    int8 = Int8WeightOnlyConfig(set_inductor_config=False)
    language = int8 if quantisation == "int8" else _int4(place)
    return TorchAoConfig(FqnToConfig({VISION: int8, EXPERTS: int8, LANGUAGE: language}))


def _int4(place: "torch.device") -> Any:
    """torchao's kernels differ by device in how they pack the weights."""
    if place.type == "cuda":
        from torchao.quantization import Int4WeightOnlyConfig

        return Int4WeightOnlyConfig(
            group_size=GROUP, int4_packing_format="tile_packed_to_4d", set_inductor_config=False
        )
    if place.type == "cpu":
        try:
            from torchao.prototype.quantization.int4 import PrototypeInt4WeightOnlyConfig
        except ImportError as error:
            raise BadModel("this torchao has no int4 for CPU", fix=INSTEAD) from error
        return PrototypeInt4WeightOnlyConfig(group_size=GROUP, set_inductor_config=False)
    raise BadModel(f"there is no int4 on device {place.type!r}", fix=INSTEAD)
