from collections.abc import Iterator

import pytest
from jsonschema_rs import validator_for

from foveal.models.mending import MOST_REPAIRS, failed_before, mend
from foveal.models.protocol import Finish, Repair, Reply
from foveal.models.repair import Gap, Rule, first_gap
from foveal.schemas.errors import BadReply
from foveal.schemas.report import Usage

SCHEMA = {
    "type": "object",
    "properties": {
        "a": {"type": "integer", "not": {"const": 1}},
        "b": {"type": "integer", "not": {"const": 1}},
    },
}
RULE = Rule(SCHEMA, validator_for(SCHEMA))
WORK = Usage(new_tokens=1, model_calls=1)


def reply(text: str, finish: Finish = "stop") -> Reply:
    return Reply(text, "", finish, (-0.5,), usage=WORK, lenient=True)


def find(text: str) -> Gap | None:
    return first_gap(text, RULE)


def mended(text: str, *values: str, finish: Finish = "stop") -> Reply:
    """The model then writes these values, the last of them cut or not."""
    last = len(values) - 1
    parts = iter([reply(v, finish if i == last else "stop") for i, v in enumerate(values)])
    return mend(reply(text), find=find, rewrite=lambda _reply, _gap: next(parts))


def test_a_valid_reply_is_left_as_it_is() -> None:
    assert mended('{"a":2}') == reply('{"a":2}')


def test_only_the_failing_fields_are_written_anew_and_every_repair_is_on_record() -> None:
    result = mended('{"a":1,"b":1}', "2", "3")
    assert (result.text, result.finish) == ('{"a":2,"b":3}', "stop")
    assert result.repairs == (
        Repair("/a", '{"const":1} is not allowed for 1', was="1", became="2"),
        Repair("/b", '{"const":1} is not allowed for 1', was="1", became="3"),
    )
    assert result.usage == Usage(new_tokens=3, model_calls=3)
    assert len(result.log_probabilities) == 3


@pytest.mark.parametrize("finish", ["length", "time", "loop"])
def test_a_reply_whose_repair_was_cut_is_cut(finish: Finish) -> None:
    result = mended('{"a":1,"b":1}', "", finish=finish)
    assert (result.text, result.finish) == ('{"a":', finish)


@pytest.mark.parametrize("finish", ["length", "time", "loop"])
def test_a_text_that_was_cut_is_not_validated(finish: Finish) -> None:
    cut = reply('{"a":1,', finish)
    assert mend(cut, find=find, rewrite=lambda r, _gap: r) == cut


def test_a_reply_beyond_repair_is_an_error_that_says_where_and_what_to_do() -> None:
    with pytest.raises(BadReply, match=r'"a":1.*refused.*at \'/a\'.*say in the instructions'):
        mended('{"a":1}', *["1"] * (MOST_REPAIRS + 1))


def test_what_failed_at_a_place_is_known_when_it_is_written_once_more() -> None:
    seen: list[list[str]] = []
    values: Iterator[str] = iter(["1", "2"])

    def rewrite(so_far: Reply, gap: Gap) -> Reply:
        seen.append(failed_before(so_far, gap))
        return reply(next(values))

    mend(reply('{"a":1}'), find=find, rewrite=rewrite)
    assert seen == [["1"], ["1", "1"]]
