import pytest

from foveal.models.draft import Draft, Ending

STOP, OPEN, CLOSE, BREAK = 0, 1, 2, 3
ENDING = Ending(frozenset({STOP}), OPEN, CLOSE, after_thinking=(BREAK,))


def draft(*tokens: int, thinking: bool = False, limit: int = 9) -> Draft:
    written = Draft(ENDING, limit=limit, mask=None, thinking=thinking)
    for token in tokens:
        assert written.finish is None
        written.add(token, log_probability=-0.5)
    return written


@pytest.mark.parametrize(
    ("written", "finish", "thinking", "answer"),
    [
        (draft(7, 8, STOP), "stop", [], [7, 8]),
        (draft(7, 8, limit=2), "length", [], [7, 8]),
        (draft(7, STOP, limit=2), "stop", [], [7]),
        (draft(7, CLOSE, 8, STOP, thinking=True), "stop", [7], [8]),
        (draft(OPEN, 7, CLOSE, 8, STOP), "stop", [7], [8]),
        (draft(7, 8, thinking=True, limit=2), "length", [7, 8], []),
        (draft(7, STOP, thinking=True), "length", [7], []),
    ],
    ids=[
        "stopped",
        "cut",
        "stopped at the limit",
        "thought first",
        "thought unasked",
        "cut while thinking",
        "stopped while thinking",
    ],
)
def test_a_reply_falls_into_thinking_and_answer(
    written: Draft, finish: str, thinking: list[int], answer: list[int]
) -> None:
    assert written.finish == finish
    assert written.parts() == (thinking, answer)
