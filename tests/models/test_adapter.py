from copy import deepcopy

import pytest

from foveal.models.adapter import Adapter, opens_thinking
from foveal.models.engine import Engine
from foveal.models.prompt import PromptBuilder


@pytest.fixture(scope="module")
def adapter(prompts: PromptBuilder) -> Adapter:
    return Adapter(prompts.patcher)


def test_a_picture_costs_a_token_a_cell(adapter: Adapter) -> None:
    assert adapter.tokens((128, 96)) == 12


def test_the_chat_template_says_whether_the_model_thinks_first(
    engine: Engine, thinking_engine: Engine
) -> None:
    assert engine.adapter.skip_thinking == ""
    assert thinking_engine.adapter.skip_thinking == "\n</think>\n\n"


def test_what_the_chat_template_opened_is_not_opened_again(
    engine: Engine, thinking_engine: Engine
) -> None:
    assert engine.adapter.begin_thinking == "<think>\n"
    assert engine.adapter.after("A gap.") == "<think>\nA gap.\n</think>\n\n"
    assert thinking_engine.adapter.begin_thinking == ""
    assert thinking_engine.adapter.after("A gap.") == "A gap.\n</think>\n\n"
    assert engine.adapter.after("") == ""


USER = "{% for message in messages %}<|im_start|>{{ message.role }}\n?<|im_end|>\n{% endfor %}"


@pytest.mark.parametrize(
    ("ending", "opens"),
    [
        ("<|im_start|>assistant\n", False),
        ("<|im_start|>assistant\n<think>\n", True),
        ("<|im_start|>assistant\n<think>\n\n</think>\n\n", False),
        ("<|im_start|>assistant\n{% if enable_thinking %}<think>\n{% endif %}", False),
    ],
    ids=["Instruct", "Thinking", "a thought that is closed", "thinking on request"],
)
def test_only_a_template_that_leaves_a_thought_open_thinks_first(
    engine: Engine, ending: str, opens: bool
) -> None:
    tokenizer = deepcopy(engine._tokenizer)
    tokenizer.chat_template = f"{USER}{{% if add_generation_prompt %}}{ending}{{% endif %}}"
    assert opens_thinking(tokenizer) is opens
