"""Requests that no model can answer, refused one by one before any is asked."""

from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import get_args, get_type_hints

import numpy as np

from foveal.models.protocol import ChooseRequest, Conversation, Message, Picture, WriteRequest
from foveal.schemas.errors import BadImage, BadMessage, BadWorkflow

ROLES: tuple[str, ...] = get_args(get_type_hints(Message)["role"])
_SHOWING = ("user", "tool")
"""Roles of messages in which Qwen's chat template shows pictures."""


Fit = Callable[[tuple[int, int]], object]
"""Raises BadImage for a (width, height) that the model cannot be shown."""


def check_conversation(conversation: Conversation, fit: Fit) -> None:
    if not conversation:
        raise BadMessage("a conversation of no messages", fix="begin it with a question")
    for message in conversation:
        if message.role not in ROLES:
            raise BadMessage(
                f"a message of role {message.role!r}", fix=f"use one of {', '.join(ROLES)}"
            )
        for part in message.parts:
            if isinstance(part, str):
                _check_text(part)
            else:
                _check_picture(part, message, fit)


def check_writing(request: WriteRequest) -> None:
    limit, thinking, seconds = request.max_new_tokens, request.thinking_tokens, request.seconds
    if not _is_count(limit, least=1):
        raise BadWorkflow(f"max_new_tokens is {limit!r}", fix="give a whole number from 1 on")
    if not (thinking is None or _is_count(thinking, least=0)):
        raise BadWorkflow(
            f"thinking_tokens is {thinking!r}",
            fix="give a whole number from 0 on, or None for no limit",
        )
    if not (seconds is None or 0 < seconds < inf):
        raise BadWorkflow(
            f"seconds is {seconds!r}", fix="give a number above 0, or None for no limit"
        )
    if not all(request.stop_texts):
        raise BadWorkflow("a stop text is empty", fix="leave it out: an empty text is everywhere")


def check_choosing(request: ChooseRequest) -> None:
    _check_text(request.thinking)


def check_answers(answers: Sequence[str], ids: Mapping[str, Sequence[int]]) -> None:
    """`ids` are the tokens of each."""
    if not answers:
        raise BadWorkflow("there are no answers to choose among", fix="offer at least one")
    by_tokens: dict[tuple[int, ...], str] = {}
    for answer in answers:
        tokens = tuple(ids[answer])
        if not tokens:
            raise BadWorkflow(f"the answer {answer!r} has no tokens", fix="write it in letters")
        if tokens in by_tokens:
            raise BadWorkflow(
                f"the answers {by_tokens[tokens]!r} and {answer!r} are the same to the model",
                fix="offer each answer once",
            )
        by_tokens[tokens] = answer


def _is_count(value: object, *, least: int) -> bool:
    return isinstance(value, int) and value >= least


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadMessage(
            f"a text holds {text[error.start]!r}, which is half a character",
            fix="decode it from its bytes again, or leave that out",
        ) from error


def _check_picture(picture: Picture, message: Message, fit: Fit) -> None:
    name = picture.name
    pixels: object = picture.pixels
    if message.role not in _SHOWING:
        raise BadMessage(
            f"picture {name!r} stands in a message of role {message.role!r}",
            fix="show pictures in messages of the user",
        )
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8:
        kind = getattr(pixels, "dtype", type(pixels).__name__)
        raise BadImage(
            f"picture {name!r} is given as {kind}", fix="give a NumPy array of uint8, 0 to 255"
        )
    if not (pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 3)) or not pixels.size:
        raise BadImage(
            f"picture {name!r} has the shape {pixels.shape}",
            fix="give height × width (grey) or height × width × 3 (RGB), of one pixel at least",
        )
    try:
        fit((pixels.shape[1], pixels.shape[0]))
    except BadImage as error:
        raise BadImage(f"picture {name!r}: {error.what}", fix=error.fix) from error
