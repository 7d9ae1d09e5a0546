"""What differs from one family of models to another: coordinates, picture sizes, thinking tags."""

from dataclasses import dataclass, field

from transformers import PreTrainedTokenizerBase

from foveal.models.coordinates import Coordinates
from foveal.models.patches import Patcher


@dataclass(frozen=True, eq=False)
class Adapter:
    patcher: Patcher
    coordinates: Coordinates = field(default_factory=Coordinates)
    open_thinking: str = "<think>"
    close_thinking: str = "</think>"
    thinks_first: bool = False
    """The chat template itself opens the thinking, so every answer starts inside it."""

    def fit(self, size: tuple[int, int]) -> tuple[int, int]:
        """Nearest (width, height) that the model sees pixel for pixel."""
        return self.patcher.fit(size)

    def tokens(self, size: tuple[int, int]) -> int:
        """What a picture of (width, height) costs."""
        return self.patcher.grid(size).patches // self.patcher.merge**2

    @property
    def begin_thinking(self) -> str:
        """What the assistant's turn begins with when it must think."""
        return "" if self.thinks_first else f"{self.open_thinking}\n"

    @property
    def skip_thinking(self) -> str:
        """What the assistant's turn begins with when it must answer at once."""
        return self._closed("") if self.thinks_first else ""

    def after(self, thinking: str) -> str:
        """What the assistant's turn begins with when it answers after a thought, or without one."""
        return self.begin_thinking + self._closed(thinking) if thinking else self.skip_thinking

    def _closed(self, thinking: str) -> str:
        return f"{thinking}\n{self.close_thinking}\n\n"


def opens_thinking(tokenizer: PreTrainedTokenizerBase, tag: str = "<think>") -> bool:
    """Whether the chat template ends inside a thought, as the Thinking checkpoints' do."""
    prompt = tokenizer.apply_chat_template(
        [{"role": "user", "content": [{"type": "text", "text": "?"}]}],
        add_generation_prompt=True,
        tokenize=False,
    )
    return str(prompt).rstrip().endswith(tag)
