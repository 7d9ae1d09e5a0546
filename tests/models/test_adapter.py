import pytest

from foveal.models.adapter import Adapter
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
