from collections.abc import Callable, Sequence

import pytest
import torch
from torch import Tensor
from transformers import Qwen3VLForConditionalGeneration

from foveal.models.patch_embedding import use_linear_patches
from foveal.models.vision_attention import batch_images

Size = tuple[int, int]
Swap = Callable[[Qwen3VLForConditionalGeneration], None]

SWAPS = pytest.mark.parametrize("swap", [batch_images, use_linear_patches])
GRIDS = pytest.mark.parametrize(
    "grids",
    [[(4, 4)], [(4, 6)] * 3, [(4, 4), (2, 8), (4, 4), (6, 2), (2, 2)]],
    ids=["one picture", "equal sizes", "mixed sizes"],
)


def see(model: Qwen3VLForConditionalGeneration, grids: Sequence[Size]) -> Tensor:
    torch.manual_seed(1)
    patches = torch.randn(sum(rows * columns for rows, columns in grids), 1536)
    seen = model.model.get_image_features(patches, torch.tensor([(1, *grid) for grid in grids]))
    return torch.cat(
        [*seen.pooler_output, *(f for layer in seen.deepstack_features for f in layer)]
    )


def gradients(model: Qwen3VLForConditionalGeneration, seen: Tensor) -> list[Tensor]:
    return list(torch.autograd.grad(seen.square().mean(), model.model.visual.parameters()))


@SWAPS
@GRIDS
def test_features_and_gradients_stay_the_same(
    plain_model: Qwen3VLForConditionalGeneration, swap: Swap, grids: list[Size]
) -> None:
    before = see(plain_model, grids)
    gradients_before = gradients(plain_model, before)
    swap(plain_model)
    after = see(plain_model, grids)
    torch.testing.assert_close(after, before, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(
        gradients(plain_model, after), gradients_before, rtol=1e-3, atol=1e-4
    )


@SWAPS
def test_weights_keep_their_names(plain_model: Qwen3VLForConditionalGeneration, swap: Swap) -> None:
    before = {name: weight.shape for name, weight in plain_model.state_dict().items()}
    swap(plain_model)
    assert {name: weight.shape for name, weight in plain_model.state_dict().items()} == before


@SWAPS
def test_swapping_twice_changes_nothing(
    plain_model: Qwen3VLForConditionalGeneration, swap: Swap
) -> None:
    swap(plain_model)
    once = list(plain_model.modules())
    swap(plain_model)
    assert list(plain_model.modules()) == once


@SWAPS
def test_training_in_mixed_precision_works(
    plain_model: Qwen3VLForConditionalGeneration, swap: Swap
) -> None:
    swap(plain_model)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        seen = see(plain_model, [(4, 4), (2, 2)])
    assert all(gradient.isfinite().all() for gradient in gradients(plain_model, seen.float()))


def test_a_picture_does_not_see_another(
    plain_model: Qwen3VLForConditionalGeneration,
) -> None:
    batch_images(plain_model)
    torch.manual_seed(1)
    patches = torch.randn(32, 1536)
    other = torch.cat([patches[:16], torch.randn(16, 1536)])
    grids = torch.tensor([(1, 4, 4), (1, 4, 4)])
    first, _ = plain_model.model.get_image_features(patches, grids).pooler_output
    same, _ = plain_model.model.get_image_features(other, grids).pooler_output
    torch.testing.assert_close(first, same)
