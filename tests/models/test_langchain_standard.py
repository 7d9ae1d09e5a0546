"""LangChain's own tests of chat models, run where langchain-tests is installed:

    pytest -o asyncio_default_fixture_loop_scope=function --benchmark-disable FILE

It is no dependency of development, since it brings nine plugins into every run of pytest. Random
weights understand nothing, so a test that needs a model to do so is expected to fail.
"""

from inspect import getmembers, iscoroutinefunction
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.language_models import BaseChatModel

from foveal.models.engine import Engine
from foveal.models.langchain import ChatFoveal

if TYPE_CHECKING:

    class UnitTests: ...

    class IntegrationTests: ...

else:
    REASON = "LangChain's standard tests need langchain-tests"
    units = pytest.importorskip("langchain_tests.unit_tests", reason=REASON)
    integration = pytest.importorskip("langchain_tests.integration_tests", reason=REASON)
    UnitTests, IntegrationTests = units.ChatModelUnitTests, integration.ChatModelIntegrationTests

pytestmark = pytest.mark.slow

NO_END = "random weights fill a free text without end, and a reply that was cut is an error"
NO_CHOICE = "random weights call as often as they may, not once"
NO_SENSE = "random weights do not choose to call a tool"
EXPECTED_TO_FAIL = {
    "test_tool_calling": NO_CHOICE,
    "test_tool_calling_async": NO_CHOICE,
    "test_tool_calling_with_no_arguments": NO_CHOICE,
    "test_bind_runnables_as_tools": NO_END,
    "test_tool_choice": NO_END,
    "test_structured_output_pydantic_2_v1": NO_END,
    "test_structured_output_optional_param": NO_END,
    "test_unicode_tool_call_integration": NO_END,
    "test_agent_loop": NO_SENSE,
}
DOWNLOADS = ("test_image_inputs", "test_image_tool_message")

for _, awaited in getmembers(IntegrationTests, iscoroutinefunction):
    pytest.mark.asyncio(awaited)
for name, reason in EXPECTED_TO_FAIL.items():
    pytest.mark.xfail(reason=reason)(getattr(IntegrationTests, name))
for name in DOWNLOADS:
    without_network = pytest.mark.xfail(reason="downloads its picture", strict=False)
    without_network(getattr(IntegrationTests, name))


class Asked:
    engine: Engine

    @pytest.fixture(autouse=True)
    def _engine(self, chat_engine: Engine) -> None:
        self.engine = chat_engine

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ChatFoveal

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"model": self.engine}

    @property
    def standard_chat_model_params(self) -> dict[str, Any]:
        """Without retries: an answer in process does not get lost on its way."""
        return {"temperature": 0, "max_tokens": 2000, "timeout": 60, "stop": []}

    @property
    def supports_image_inputs(self) -> bool:
        return True

    @property
    def supports_image_tool_message(self) -> bool:
        return True


class TestUnit(Asked, UnitTests):
    pass


class TestIntegration(Asked, IntegrationTests):
    pass
