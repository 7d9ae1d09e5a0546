"""Questions to a server that fails: asked again where that may help, and never elsewhere."""

import time
from collections.abc import Callable

import pytest

from foveal.models.served.client import Client, Refused, TooSlow
from foveal.models.served.scripted import Body, ScriptedServer, Sent, failed, said
from foveal.schemas.errors import BadModel
from foveal.schemas.server import Server

HELLO = [{"role": "user", "content": "hello"}]
WHOLE = said("hello").body


def once(fault: Sent) -> Callable[[Body, int], Sent]:
    return lambda _, before: said("hello") if before else fault


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(failed(429), id="overloaded"),
        pytest.param(failed(429, retry_after="1"), id="overloaded, for a second"),
        pytest.param(failed(500), id="a bug of the server"),
        pytest.param(failed(503), id="away"),
        pytest.param(Sent(WHOLE, cut_at=0), id="cut before the body"),
        pytest.param(Sent(WHOLE, cut_at=40), id="cut inside the body"),
        pytest.param(Sent(WHOLE[:40]), id="JSON that ends too early"),
        pytest.param(Sent(b"\x00\xff<html>"), id="garbage"),
        pytest.param(Sent(b"{}"), id="JSON of something else"),
    ],
)
def test_what_may_pass_is_asked_again(
    fault: Sent, serve: Callable[..., ScriptedServer], client_of: Callable[..., Client]
) -> None:
    script = serve(once(fault))
    assert client_of(script).complete(HELLO, most=9).said().text == "hello"
    assert len(script.asked) == 2


@pytest.mark.parametrize("status", [400, 404, 408, 409, 413, 422])
def test_what_will_not_pass_is_asked_once(
    status: int, serve: Callable[..., ScriptedServer], client_of: Callable[..., Client]
) -> None:
    script = serve(once(failed(status, x_should_retry="true", retry_after="0")))
    with pytest.raises(BadModel):
        client_of(script).complete(HELLO, most=9)
    assert len(script.asked) == 1


@pytest.mark.parametrize(
    ("fault", "error", "told"),
    [
        (failed(400), Refused, "refuses the request .*not now"),
        (failed(401), BadModel, "refuses the key .401.: set OPENAI_API_KEY"),
        (failed(404), BadModel, "knows no 'm', or no chat completions"),
        (failed(429), BadModel, "still fails after 3 retries"),
        (failed(502), BadModel, "still fails after 3 retries"),
        (Sent(b"nothing"), BadModel, "sent what is no answer .*asked 4 times"),
        (Sent(WHOLE, cut_at=9), BadModel, "cannot be reached"),
    ],
)
def test_what_does_not_pass_ends_in_an_error_after_so_many_retries(
    fault: Sent,
    error: type[BadModel],
    told: str,
    serve: Callable[..., ScriptedServer],
    client_of: Callable[..., Client],
) -> None:
    script = serve(lambda _, __: fault)
    with pytest.raises(error, match=told):
        client_of(script, retries=3).complete(HELLO, most=9)
    assert len(script.asked) <= 4


def test_an_answer_that_does_not_come_is_given_up(
    serve: Callable[..., ScriptedServer], client_of: Callable[..., Client]
) -> None:
    script = serve(lambda _, __: Sent(WHOLE, after=0.5))
    with pytest.raises(TooSlow, match=r"did not answer within 0\.1 s"):
        client_of(script, seconds=0.1, retries=1).complete(HELLO, most=9)
    assert len(script.asked) == 2


def test_a_wait_that_the_server_asks_for_is_kept(serve: Callable[..., ScriptedServer]) -> None:
    waits: list[float] = []
    script = serve(lambda _, before: said("hello") if before == 2 else failed(429, retry_after="7"))
    server = Server(base_url=script.base_url)
    Client(server, "m", api_key=None, sleep=waits.append).complete(HELLO, most=9)
    assert waits == [7, 7]


def test_waits_grow_and_differ_and_stay_below_a_minute(
    serve: Callable[..., ScriptedServer],
) -> None:
    waits: list[float] = []
    script = serve(lambda _, __: failed(503))
    server = Server(base_url=script.base_url, retries=12)
    with pytest.raises(BadModel):
        Client(server, "m", api_key=None, sleep=waits.append).complete(HELLO, most=9)
    assert len(waits) == len(set(waits)) == 12
    assert max(waits[:2]) <= 1
    assert max(waits) <= 60


def test_where_nothing_listens_it_says_so() -> None:
    server = Server(base_url="http://127.0.0.1:9/v1", retries=1)
    client = Client(server, "m", api_key=None, sleep=time.sleep)
    with pytest.raises(BadModel, match=r"127\.0\.0\.1:9/v1 cannot be reached .ConnectError."):
        client.complete(HELLO, most=9)


def test_a_key_is_sent_and_never_told(
    serve: Callable[..., ScriptedServer], client_of: Callable[..., Client]
) -> None:
    script = serve(lambda _, __: Sent(b'{"error": {"message": "no credit on sk-secret"}}', 400))
    with pytest.raises(Refused) as raised:
        client_of(script, key="sk-secret").complete(HELLO, most=9)
    assert script.keys == {"Bearer sk-secret"}
    assert "sk-secret" not in str(raised.value)
    assert "[key]" in str(raised.value)
