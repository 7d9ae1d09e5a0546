"""A command sends spans where OpenTelemetry's own variables ask for it; else no SDK is loaded."""

import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from foveal.schemas.errors import BadSetting
from foveal.telemetry import switch_on_telemetry

CODE = """
import sys
from foveal.cli import main
from foveal.commands import app
from foveal.schemas.spans import operation

@app.command("traced")
def traced():
    with operation("execute_tool", "align") as span:
        print(span.is_recording(), "opentelemetry.sdk" in sys.modules)

sys.argv = ["foveal", "traced"]
main()
"""


def run(code: str = CODE, **environment: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}  # noqa: TID251 - of a process that is started
    return subprocess.run(
        [sys.executable, "-c", code],
        env=own | environment,
        capture_output=True,
        text=True,
        check=False,
    )


class Collector(BaseHTTPRequestHandler):
    """Keeps what was posted to it."""

    posted: list[tuple[str, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.posted.append((self.path, body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def collector() -> Iterator[HTTPServer]:
    Collector.posted = []
    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        serving = Thread(target=server.serve_forever)
        serving.start()
        yield server
        server.shutdown()
        serving.join()


def test_nothing_is_recorded_and_no_sdk_loaded_unless_asked() -> None:
    ended = run()
    assert (ended.stdout, ended.stderr, ended.returncode) == ("False False\n", "", 0)


def test_spans_for_the_console_leave_stdout_to_the_command() -> None:
    ended = run(OTEL_TRACES_EXPORTER="console")
    assert ended.stdout == "True True\n"
    assert '"name": "execute_tool align"' in ended.stderr
    assert '"service.name": "foveal"' in ended.stderr


def test_the_service_is_named_as_the_environment_says() -> None:
    ended = run(OTEL_TRACES_EXPORTER="console", OTEL_SERVICE_NAME="line 7")
    assert '"service.name": "line 7"' in ended.stderr


def test_spans_reach_a_collector(collector: HTTPServer) -> None:
    ended = run(OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{collector.server_port}")
    assert (ended.stdout, ended.stderr, ended.returncode) == ("True True\n", "", 0)
    ((path, body),) = Collector.posted
    assert path == "/v1/traces"
    assert b"execute_tool align" in body


def test_none_switches_off_what_an_endpoint_switched_on() -> None:
    ended = run(OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:1", OTEL_TRACES_EXPORTER="none")
    assert ended.stdout == "False False\n"


def test_without_the_extra_a_command_says_what_to_install() -> None:
    missing = "import sys; sys.modules['opentelemetry.sdk'] = None\n"
    ended = run(missing + CODE, OTEL_TRACES_EXPORTER="console")
    assert (ended.stdout, ended.returncode) == ("", 2)
    assert ended.stderr.count("\n") == 1
    assert "foveal[telemetry]" in ended.stderr


def test_an_exporter_that_is_none_is_refused() -> None:
    with pytest.raises(BadSetting, match=r"zipkin.*use otlp, console or none"):
        switch_on_telemetry({"OTEL_TRACES_EXPORTER": "zipkin"})
