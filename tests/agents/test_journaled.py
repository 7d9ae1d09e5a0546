"""What was answered before is not asked again, and its span says so."""

from collections.abc import Callable
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan

from foveal.agents.context import NoRecord
from foveal.agents.journaled import Journaled
from foveal.agents.scripted import ScriptedModel
from foveal.models.protocol import ChooseRequest, Message

Spans = Callable[[], list[ReadableSpan]]


class Pages:
    """A journal in memory."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], dict[str, Any]] = {}

    def recall(self, node: str, asked: str) -> dict[str, Any] | None:
        return self._kept.get((node, asked))

    def keep(self, node: str, asked: str, answered: dict[str, Any]) -> None:
        self._kept[node, asked] = answered


def test_what_a_journal_answers_is_marked_and_counts_no_tokens(spans: Spans) -> None:
    model = Journaled(ScriptedModel(), Pages(), NoRecord())
    request = ChooseRequest((Message("user", ("Is it open?",)),), ("yes", "no"))
    assert model.choose([request]) == model.choose([request])
    asked, recalled = (span.attributes or {} for span in spans())
    assert (asked["foveal.from_journal"], recalled["foveal.from_journal"]) == (False, True)
    assert "gen_ai.usage.input_tokens" in asked
    assert "gen_ai.usage.input_tokens" not in recalled
