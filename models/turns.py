"""Turns of the assistant as the model wrote them: a text has many encodings, and it chose one.

Encoded anew, a reply given back would differ from what was read, and be read again.
"""

from collections.abc import Iterator, Sequence

from transformers import PreTrainedTokenizerBase

from foveal.models.protocol import Message

_OPENING, _BREAK = "<|im_start|>assistant", "\n"
"""As the chat templates of Qwen models begin a turn; its end is their end of sequence."""

Ids = tuple[int, ...]


def as_written(ids: Ids, messages: Sequence[Message], tokenizer: PreTrainedTokenizerBase) -> Ids:
    """A prompt with the messages' own ids, where these are the same text."""
    own = [message.ids for message in messages if message.role == "assistant"]
    if not any(own):
        return ids
    opening, line_break = (_encoded(text, tokenizer) for text in (_OPENING, _BREAK))
    turns = list(_turns(ids, opening, end=tokenizer.eos_token_id))
    for (start, end), turn in reversed([*zip(turns, own, strict=False)]):
        if turn and _text(turn, tokenizer) == _text(ids[start:end], tokenizer):
            ids = (*ids[:start], *line_break, *turn, *ids[end:])
    return ids


def _turns(ids: Ids, opening: Ids, *, end: int) -> Iterator[tuple[int, int]]:
    """Where each is, without its opening and its end; the one to be written has none yet."""
    length = len(opening)
    for at in range(len(ids) - length):
        if ids[at : at + length] == opening and end in ids[at:]:
            yield at + length, ids.index(end, at)


def _encoded(text: str, tokenizer: PreTrainedTokenizerBase) -> Ids:
    return tuple(tokenizer.encode(text, add_special_tokens=False))


def _text(ids: Ids, tokenizer: PreTrainedTokenizerBase) -> str:
    return str(tokenizer.decode(ids, clean_up_tokenization_spaces=False)).strip()
