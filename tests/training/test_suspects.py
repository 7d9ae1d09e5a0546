from foveal.models.load import load_model
from foveal.training.chunk import Chunk
from foveal.training.suspects import suspects


def test_places_that_the_shipped_model_would_examine_lie_on_their_boards(chunk: Chunk) -> None:
    parts = chunk.parts[:2]
    places = suspects(parts, load_model("tiny"))

    rows, corners = places[:, 0], places[:, 1:]
    assert set(rows) <= {0.0, 1.0}
    assert len(places) > 2
    assert (corners >= 0).all()
    assert (corners <= parts.shape[1]).all()
    assert (corners[:, :2] < corners[:, 2:]).all()


def test_without_boards_there_is_no_place(chunk: Chunk) -> None:
    none = suspects(chunk.parts[:0], load_model("tiny"))

    assert none.shape == (0, 5)
