r"""Qwen-Agent's backend for a model in this process, with what it encodes and reads counted.

    pip install 'qwen-agent[code-interpreter,mcp,python-executor,rag]==0.0.34' \
        soundfile qwen-vl-utils torch==2.14.1 torchvision==0.29.1

Into an environment of its own: without torchvision transformers has no processor for Qwen3-VL, and
without soundfile and the extras `import qwen_agent` fails.
"""

import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from PIL import Image

from foveal.models.checkpoint import SHIPPED
from foveal.models.protocol import Conversation, Message, Part, Picture

try:
    from qwen_agent.llm import get_chat_model
except ImportError as error:
    print(f"no baseline of Qwen-Agent: {error}", file=sys.stderr)
    get_chat_model = None

ANSWER_TOKENS = 8
"""It has no closed answers, so a choice is a short reply."""


class QwenAgentLoop:
    """`tiny`; counts pictures encoded, and tokens read in passes of more than one."""

    def __init__(self, pictures: Path) -> None:
        """Its messages name pictures by file; they are saved in the folder given."""
        assert get_chat_model is not None, "Qwen-Agent is installed"
        self._pictures = pictures
        self._llm = get_chat_model(
            {"model": str(SHIPPED), "model_type": "transformers", "device": "cpu"}
        )
        self.encodes = self.prefilled = 0
        inner = self._llm.hf_model.model
        inner.visual.register_forward_pre_hook(self._count_pictures, with_kwargs=True)
        inner.language_model.register_forward_pre_hook(self._count_tokens, with_kwargs=True)

    def choose(self, conversation: Conversation, answers: Sequence[str]) -> str:
        del answers
        return self._chat(conversation, max_new_tokens=ANSWER_TOKENS)

    def write(self, conversation: Conversation, *, tokens: int) -> str:
        return self._chat(conversation, min_new_tokens=tokens, max_new_tokens=tokens)

    def _chat(self, conversation: Conversation, **lengths: int) -> str:
        messages = [self._message(message) for message in conversation]
        options = {**lengths, "do_sample": False}
        (reply,) = self._llm.chat(messages, stream=False, extra_generate_cfg=options)
        return str(reply["content"])

    def _message(self, message: Message) -> dict[str, Any]:
        return {"role": message.role, "content": [self._part(part) for part in message.parts]}

    def _part(self, part: Part) -> dict[str, str]:
        if not isinstance(part, Picture):
            return {"text": part}
        file = self._pictures / f"{sha256(part.pixels.tobytes()).hexdigest()}.png"
        Image.fromarray(part.pixels).save(file)
        return {"image": file.resolve().as_uri()}

    def _count_pictures(
        self, module: object, given: tuple[Any, ...], named: dict[str, Any]
    ) -> None:
        del module
        self.encodes += len(named["grid_thw"] if "grid_thw" in named else given[1])

    def _count_tokens(self, module: object, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        del module, given
        tokens = named["inputs_embeds"].shape[1]
        self.prefilled += tokens if tokens > 1 else 0
