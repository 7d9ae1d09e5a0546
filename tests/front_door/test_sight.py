"""A model that is not shown its pictures still answers: it is found out."""

import numpy as np
import pytest

from foveal.agents.scripted import ScriptedModel, shown
from foveal.models.protocol import ChooseRequest
from foveal.schemas.errors import BadModel
from foveal.schemas.image import ImageId, name_pixels
from foveal.sight import PICTURES, Drawn, check_sight, draw


@pytest.fixture
def drawn() -> list[Drawn]:
    return draw(np.random.default_rng(3))


def reader(digits: dict[ImageId, str]) -> ScriptedModel:
    """Reads these pictures, and 0 in any other."""

    def read(request: ChooseRequest) -> dict[str, float]:
        digit = digits.get(name_pixels(shown(request.conversation)["A"]), "0")
        return {answer: float(answer == digit) for answer in request.answers}

    return ScriptedModel(choosing=read)


def read_all(drawn: list[Drawn]) -> dict[ImageId, str]:
    return {name_pixels(picture.pixels): picture.digit for picture in drawn}


def test_a_model_that_reads_every_digit_sees(drawn: list[Drawn]) -> None:
    assert check_sight(reader(read_all(drawn)), drawn) == PICTURES


def test_a_model_that_answers_without_looking_does_not(drawn: list[Drawn]) -> None:
    with pytest.raises(BadModel, match=r"does not see: of the digits (\d ){8}it read (0 ?){8}"):
        check_sight(ScriptedModel(), drawn)


def test_one_digit_may_be_misread_and_two_may_not(drawn: list[Drawn]) -> None:
    first, second = [picture for picture in drawn if picture.digit != "0"][:2]
    once = read_all(drawn) | {name_pixels(first.pixels): "0"}
    twice = once | {name_pixels(second.pixels): "0"}

    assert check_sight(reader(once), drawn) == PICTURES - 1
    with pytest.raises(BadModel):
        check_sight(reader(twice), drawn)


def test_every_picture_is_asked_about_with_all_ten_answers(drawn: list[Drawn]) -> None:
    model = reader(read_all(drawn))

    check_sight(model, drawn)

    assert [request.answers for request in model.chosen] == [tuple("0123456789")] * PICTURES


def test_no_two_draws_are_alike() -> None:
    draws = [draw(np.random.default_rng(seed)) for seed in range(20)]

    assert len({tuple(picture.digit for picture in pictures) for pictures in draws}) > 15
    assert len({name_pixels(picture.pixels) for pictures in draws for picture in pictures}) == 160
