import numpy as np
import pytest

from foveal.models.patches import Patcher
from foveal.models.prompt import PromptBuilder
from foveal.models.protocol import Pixels
from foveal.schemas.errors import BadImage

Size = tuple[int, int]


@pytest.fixture(scope="module")
def patcher(prompts: PromptBuilder) -> Patcher:
    return prompts.patcher


def paint(size: Size, *, seed: int = 0, color: bool = False) -> Pixels:
    shape = (size[1], size[0], 3) if color else (size[1], size[0])
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize("color", [False, True], ids=["grey", "color"])
@pytest.mark.parametrize(
    "size", [(32, 32), (64, 96), (320, 32), (512, 512), (33, 70), (20, 20), (1, 9), (700, 600)]
)
def test_patches_equal_the_image_processors_own(patcher: Patcher, size: Size, color: bool) -> None:
    pixels = paint(size, color=color)
    colored = pixels if color else np.repeat(pixels[..., None], 3, axis=2)
    expected = patcher._processor(images=[colored], return_tensors="np")
    np.testing.assert_array_equal(patcher.cut(pixels), expected["pixel_values"])
    assert patcher.grid(size) == tuple(expected["image_grid_thw"][0])


def test_pictures_cut_together_equal_pictures_cut_one_by_one(patcher: Patcher) -> None:
    sizes = [(64, 64), (64, 64), (96, 64), (40, 50), (40, 50), (64, 64)]
    shown = [paint(size, seed=seed) for seed, size in enumerate(sizes)]
    one_by_one = np.concatenate([patcher.cut(pixels) for pixels in shown])
    np.testing.assert_array_equal(patcher.cut_all(shown), one_by_one)


def test_a_stack_of_pictures_keeps_them_apart(patcher: Patcher) -> None:
    stack = np.stack([paint((64, 96), seed=seed, color=True) for seed in range(3)])
    patches = patcher.cut_stack(stack)
    assert patches.shape == (3, 24, 1536)
    np.testing.assert_array_equal(patches.reshape(-1, 1536), patcher.cut_all(list(stack)))


def test_no_pictures_make_no_patches(patcher: Patcher) -> None:
    assert patcher.cut_all([]).shape == (0, 1536)


def test_a_size_that_fits_the_grid_is_kept(patcher: Patcher) -> None:
    assert patcher.fit((96, 64)) == (96, 64)


def test_a_picture_beyond_the_pixel_limit_is_fitted_into_it(patcher: Patcher) -> None:
    width, height = patcher.fit((4000, 1000))
    assert width * height <= 512 * 512
    assert width % 32 == height % 32 == 0


def test_a_picture_too_long_for_its_width_is_refused_with_what_to_do(patcher: Patcher) -> None:
    with pytest.raises(BadImage, match=r"2000×3 px is too long.*cut it"):
        patcher.fit((2000, 3))
