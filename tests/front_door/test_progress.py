"""Progress is for a person at a terminal: nothing is written elsewhere."""

import os
import pty
import subprocess
import sys

import pytest

from foveal.progress import shown_count, shown_steps

STEPS = """
from foveal.progress import shown_count, shown_steps
with shown_steps() as progress:
    progress("Looking")
with shown_count("deeppcb") as progress:
    progress(3, 5)
"""


def test_nothing_is_written_where_no_terminal_is(capsys: pytest.CaptureFixture[str]) -> None:
    with shown_steps() as told:
        told("Looking")
    with shown_count("deeppcb") as counted:
        counted(3, 5)

    assert capsys.readouterr() == ("", "")


def on_terminal(code: str) -> str:
    """What Python writes to a terminal on its stderr."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}  # noqa: TID251 - passed on
    running = subprocess.Popen([sys.executable, "-c", code], stderr=theirs, env=environment)
    os.close(theirs)
    written = b""
    try:
        while read := os.read(ours, 4096):
            written += read
    except OSError:  # Linux says so when the other end is closed
        pass
    os.close(ours)
    assert running.wait() == 0
    return written.decode()


def test_a_terminal_sees_the_step_and_the_count() -> None:
    written = on_terminal(STEPS)

    assert "Looking …" in written
    assert "3/5" in written
