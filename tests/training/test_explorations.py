import json
from collections import Counter
from math import ceil, floor

import numpy as np
import pytest

from foveal.models.prompt import PromptBuilder
from foveal.models.protocol import Call, Conversation, Picture
from foveal.models.tool_text import call_text
from foveal.schemas.box import Box
from foveal.training import tiny
from foveal.training.boards.pair import SIZE_PX
from foveal.training.chunk import KINDS, Chunk, known
from foveal.training.explorations import STEPS, Board, Exploration, draw_exploration
from foveal.training.tasks import draw_batch
from foveal.training.truths import SHOWN, share_inside
from foveal.training.wordings import shipped


def explored(chunk: Chunk, row: int, *, zooms: int, seed: int = 0) -> Exploration:
    rng = np.random.default_rng(seed)
    board = Board.draw(rng, chunk, row)
    return draw_exploration(rng, board, wording=shipped("explore"), zooms=zooms, side=12)


def calls(exploration: Exploration) -> list[Call]:
    return [call for turn in exploration.turns for call in turn.calls]


def corners(call: Call) -> Box:
    return Box(*call.arguments["box"])


@pytest.mark.parametrize("zooms", range(4))
def test_each_zoom_is_called_and_shown(zooms: int, chunk: Chunk) -> None:
    for seed in range(12):
        exploration = explored(chunk, seed % 6, zooms=zooms, seed=seed)
        shown = [
            part.name
            for turn in exploration.turns
            for part in turn.parts
            if isinstance(part, Picture)
        ]
        assert shown == [f"V{number}" for number in range(1, zooms + 1)]
        zoomed = [corners(call) for call in calls(exploration) if call.tool == "zoom"]
        assert len(zoomed) == zooms
        assert all(box.fits((1000, 1000)) and box.width == box.height == 120 for box in zoomed)


def test_only_what_a_view_shows_is_reported_and_each_once(chunk: Chunk) -> None:
    """Its box is that of a defect, rounded outwards by up to a step."""
    for seed in range(24):
        exploration = explored(chunk, seed % 6, zooms=3, seed=seed)
        defects = Board.draw(np.random.default_rng(seed), chunk, seed % 6).defects
        seen = np.zeros(len(defects), np.bool_)
        reported: list[Box] = []
        for call in [*calls(exploration), exploration.call]:
            if call.tool == "zoom":
                seen |= share_inside(defects, in_pixels(corners(call))) >= SHOWN
            elif call.tool == "report":
                box = corners(call)
                off = np.abs(defects[seen, 1:] * 1000 / SIZE_PX - box).max(axis=1, initial=0)
                assert off.min() <= 1000 / STEPS
                assert box not in reported
                assert call.arguments["label"] in KINDS
                reported.append(box)


def in_pixels(box: Box) -> Box:
    """Outwards."""
    x1, y1, x2, y2 = (corner * SIZE_PX / 1000 for corner in box)
    return Box(floor(x1), floor(y1), ceil(x2), ceil(y2))


def test_the_end_comes_when_every_defect_is_reported(chunk: Chunk) -> None:
    clean = Chunk(**(vars(chunk) | {"defects": np.full_like(chunk.defects, -1)}))

    assert explored(clean, 0, zooms=0).call == Call("done", {})
    assert explored(clean, 0, zooms=2).call == Call("done", {})
    assert explored(chunk, _most_damaged(chunk), zooms=0).call.tool == "zoom"


def _most_damaged(chunk: Chunk) -> int:
    return int((chunk.defects[:, :, 0] >= 0).sum(1).argmax())


def test_the_next_zoom_holds_a_defect_that_was_not_seen(chunk: Chunk) -> None:
    row = _most_damaged(chunk)
    for seed in range(8):
        exploration = explored(chunk, row, zooms=0, seed=seed)
        x1, y1, x2, y2 = (corner * SIZE_PX / 1000 for corner in corners(exploration.call))
        boxes = exploration.truths[:, 1:] * SIZE_PX
        middles = (boxes[:, :2] + boxes[:, 2:]) / 2
        assert ((middles > (x1, y1)) & (middles < (x2, y2))).all(1).any()
        assert len(exploration.truths) == len(known(chunk.defects[row]))


def test_all_moves_are_practised_in_the_syntax_of_tool_calls(chunk: Chunk) -> None:
    """Of boards of which every other one is good."""
    defects = chunk.defects.copy()
    defects[::2] = -1
    boards = Chunk(**(vars(chunk) | {"defects": defects}))
    practised: Counter[str] = Counter()
    for seed in range(8):
        for sample in draw_batch(np.random.default_rng(seed), "explore", boards, variety=0.0):
            written = sample.answer.removeprefix("<tool_call>\n").removesuffix("\n</tool_call>")
            practised[json.loads(written)["name"]] += 1

    assert min(practised[move] for move in ("zoom", "report", "done")) > 10


def test_an_earlier_call_is_read_as_it_is_written(chunk: Chunk) -> None:
    """The history that is practised on is the one that a run leaves."""
    tokenizer = tiny.train_tokenizer([*KINDS, "zoom report box label arguments name"])
    builder = PromptBuilder(tokenizer, tiny.image_processor())
    sample = _with_history(chunk)
    call = next(call for turn in sample for call in turn.calls)
    written = builder.encode(call_text(call))

    ids = builder.outline(sample).ids

    starts = [at for at in range(len(ids)) if ids[at : at + len(written)] == written]
    assert len(starts) == 1


def _with_history(chunk: Chunk) -> Conversation:
    for seed in range(20):
        batch = draw_batch(np.random.default_rng(seed), "explore", chunk, variety=0.0, share=24)
        if any(turn.calls for turn in batch[0].conversation):
            return batch[0].conversation
    raise AssertionError("every conversation is new")
