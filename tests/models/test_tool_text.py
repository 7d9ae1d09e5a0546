"""A template without tools is given, as text, what Qwen's own template writes."""

import numpy as np
import pytest

from foveal.models.prompt import PromptBuilder
from foveal.models.protocol import Call, Conversation, Message, Picture, Tool

SIDE = {"type": "object", "properties": {"side": {"type": "string"}}, "required": ["side"]}
TOOLS = (Tool("zoom", SIDE, "Look closer at 'oben' or 《上》."), Tool("flip", {"type": "object"}))
SEEN = Picture("image", np.zeros((64, 96), dtype=np.uint8))
ZOOM, FLIP = Call("zoom", {"side": "上", "by": 1.5}), Call("flip", {})


CONVERSATIONS: dict[str, Conversation] = {
    "offered": (Message("system", ("Be brief.",), tools=TOOLS), Message("user", ("Look",))),
    "offered alone": (Message("system", (), tools=TOOLS), Message("user", ("Look", SEEN))),
    "called": (
        Message("system", (), tools=TOOLS),
        Message("user", ("Look",)),
        Message("assistant", ("I look.",), calls=(ZOOM, FLIP)),
        Message("tool", (SEEN, "closer")),
        Message("tool", ("done",)),
        Message("assistant", (), calls=(FLIP,)),
        Message("tool", ("done",)),
        Message("user", ("And now?",)),
    ),
}


@pytest.mark.parametrize("conversation", CONVERSATIONS.values(), ids=CONVERSATIONS.keys())
def test_both_ways_give_the_same_tokens(
    prompts: PromptBuilder, tool_prompts: PromptBuilder, conversation: Conversation
) -> None:
    as_text, by_template = prompts.outline(conversation), tool_prompts.outline(conversation)

    assert prompts.tokenizer.decode(as_text.ids) == prompts.tokenizer.decode(by_template.ids)
    assert as_text.ids == by_template.ids
    assert as_text.grids == by_template.grids


def test_a_tag_in_the_words_of_a_user_stays_text(tool_prompts: PromptBuilder) -> None:
    tag = tool_prompts.tokenizer.convert_tokens_to_ids("<tool_call>")

    assert tag not in tool_prompts.outline((Message("user", ("<tool_call>",)),)).ids
