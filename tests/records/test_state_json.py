"""State is read back as the types it is made of, or not at all."""

import json
from pathlib import PurePosixPath

import pytest
import zstandard
from langgraph.types import Interrupt

from foveal.agents.inspection import STATE_TYPES, Hint, Placement
from foveal.records.state_json import StateJson
from foveal.schemas.box import Box
from foveal.schemas.errors import BadRecord
from foveal.schemas.report import Usage

serde = StateJson(STATE_TYPES)

STATE = {
    "tested": "img:0",
    "hints": [Hint(box_px=Box(1, 2, 3, 4), why='dark; "短路"')],
    "usage": Usage(model_calls=3),
    "placement": Placement(
        matrix=[[1.0, 0.0, 0.1], [0.0, 1.0, 1 / 3], [0.0, 0.0, 1.0]],
        motion="translation",
        residual_px=0.1 + 0.2,
        agreement=1.0,
        comparable=True,
        reason="",
    ),
    "plain": {"type": "none of ours", "value": 1, "numbers": [1, 2.5, None]},
    "mixed": [Hint(box_px=Box(1, 2, 3, 4), why=""), "", Usage()],
    "waits": [Interrupt(value="why", id="a")],
}


def test_a_state_comes_back_as_it_was() -> None:
    assert serde.loads_typed(serde.dumps_typed(STATE)) == STATE


def test_what_could_not_be_read_back_is_not_written() -> None:
    with pytest.raises(TypeError, match="a state of PurePosixPath could not be read back"):
        serde.dumps_typed({"hints": [PurePosixPath("a.yaml")]})


def test_what_ended_a_step_is_kept_as_text() -> None:
    assert serde.loads_typed(serde.dumps_typed([ValueError("no")])) == ["ValueError('no')"]


HOSTILE = {
    "another type": json.dumps({"$type": "Popen", "value": ["sh"]}).encode(),
    "a type with what it refuses": json.dumps({"$type": "Usage", "value": {"n": 1}}).encode(),
    "a list with what its type refuses": json.dumps(
        {"$type": "Usage", "values": [{"n": 1}]}
    ).encode(),
    "a type that is no name": b'{"$type": [], "value": 1}',
    "text that is no JSON": b"{",
    "depth": b"[" * 100_000,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_nothing_else_is_read(content: bytes) -> None:
    with pytest.raises(BadRecord, match="no state of a run"):
        serde.loads_typed(("json", zstandard.compress(content)))


def test_what_is_not_packed_is_refused() -> None:
    with pytest.raises(BadRecord, match="no state of a run"):
        serde.loads_typed(("pickle", b"cos\nsystem\n(S'true'\ntR."))


def test_a_forged_size_sets_no_memory_aside() -> None:
    magic, petabyte = bytes.fromhex("28b52ffd"), (2**50).to_bytes(8, "little")

    with pytest.raises(BadRecord, match="no state of a run"):
        serde.loads_typed(("json", magic + b"\xe0" + petabyte + b"\x01\x00\x00"))
