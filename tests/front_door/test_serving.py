"""From the address of a server to a model behind it, by the commands and from Python."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from foveal.api import compare
from foveal.cli import exit_code
from foveal.models.served.scripted import Body, Rule, ScriptedServer, Sent, said, serving
from foveal.schemas.errors import BadModel
from foveal.schemas.server import Server
from foveal.serving import connect

Serve = Callable[..., ScriptedServer]
Boards = tuple[Path, Path]
PAGES: dict[str, Body] = {
    "/v1/models": {"data": [{"id": "m", "owned_by": "me"}]},
    "/version": {"version": "1.2"},
}


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as running:

        def start(rule: Rule) -> ScriptedServer:
            return running.enter_context(serving(rule, PAGES))

        yield start


@pytest.fixture
def seeing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scripted server reads no digits: what is tested here comes after that check."""
    monkeypatch.setattr("foveal.serving.check_sight", lambda *_: 8)


def hello(body: Body, _: int) -> Sent:
    del body
    return said("none")


def test_a_server_that_does_not_see_is_refused(serve: Serve) -> None:
    script = serve(lambda *_: said("5"))
    with pytest.raises(BadModel, match="the model does not see"):
        connect("openai:m", Server(base_url=script.base_url))


@pytest.mark.usefixtures("seeing")
def test_what_it_can_do_is_tried_once_and_again_when_asked(serve: Serve) -> None:
    script = serve(hello)
    server = Server(base_url=script.base_url)
    first = connect("openai:m", server)
    tried = len(script.asked)
    again = connect("openai:m", server)

    assert tried > 1
    assert len(script.asked) == tried
    assert (again.revision, again.abilities) == (first.revision, first.abilities)
    connect("openai:m", server, fresh=True)
    assert len(script.asked) == 2 * tried


@pytest.mark.usefixtures("seeing")
def test_a_run_names_the_server_and_never_its_key(
    serve: Serve,
    boards: Boards,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    script = serve(hello)
    url = script.base_url
    arguments = ["compare", *map(str, boards), "--out", str(tmp_path / "run")]
    code = exit_code([*arguments, "--model", "openai:m", "--base-url", url])
    kept = b"".join(path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file())

    assert code in {0, 3}
    assert script.keys == {"Bearer sk-secret"}
    assert url.encode() in kept
    assert b"sk-secret" not in kept
    assert "sk-secret" not in str(capsys.readouterr())
    report = json.loads((tmp_path / "run" / "report.json").read_bytes())
    assert report["model"]["name"] == "openai:m"
    assert report["usage"]["prefill_tokens"] >= 100


@pytest.mark.usefixtures("seeing")
def test_a_run_goes_on_with_the_server_that_began_it(
    serve: Serve, boards: Boards, tmp_path: Path
) -> None:
    from foveal.api import replay

    model = connect("openai:m", Server(base_url=serve(hello).base_url))
    compare(*boards, out=tmp_path / "run", model=model)

    assert replay(tmp_path / "run", model=model).difference is None


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--model", "openai:m"], "it is not said which server answers for 'openai:m'"),
        (["--base-url", "http://127.0.0.1:9/v1"], "is no model of a server"),
        (["--model", "openai:m", "--base-url", "ftp://x"], "base_url must be an address such as"),
        (["--model", "openai:m", "--base-url", "http://me:pw@x/v1"], "must hold no key"),
        (["--model", "openai:m", "--base-url", "http://127.0.0.1:9/v1"], "cannot be reached"),
        (
            ["--model", "openai:m", "--base-url", "http://127.0.0.1:9/v1", "--device", "cpu"],
            "loads it by itself",
        ),
    ],
)
def test_what_names_no_served_model_is_one_line(
    options: list[str],
    told: str,
    boards: Boards,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ["compare", *map(str, boards), "--out", str(tmp_path / "run")]
    assert exit_code([*arguments, *options]) == 2
    out, error = capsys.readouterr()
    assert told in error
    assert error.count("\n") == 1
    assert "pw@" not in out + error
    assert not (tmp_path / "run").exists()
