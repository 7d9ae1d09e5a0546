"""Importing foveal costs nothing: the libraries behind a model are loaded where they are used."""

import subprocess
import sys
from time import perf_counter

import pytest

HEAVY = {"torch", "transformers", "cv2", "langgraph", "langchain_core", "PIL", "typer"}


def run(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "default", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True)


def fastest_run(code: str) -> float:
    """Seconds of the quickest of five, so that a busy machine counts least."""

    def seconds() -> float:
        start = perf_counter()
        run(code)
        return perf_counter() - start

    return min(seconds() for _ in range(5))


def test_importing_foveal_is_silent() -> None:
    imported = run("import foveal")

    assert (imported.stdout, imported.stderr) == ("", "")


def test_importing_foveal_loads_no_heavy_library() -> None:
    imported = run("import sys, foveal; print(*{name.partition('.')[0] for name in sys.modules})")

    assert not HEAVY & set(imported.stdout.split())


@pytest.mark.slow
def test_importing_foveal_takes_at_most_a_fifth_of_a_second() -> None:
    assert fastest_run("import foveal") - fastest_run("pass") <= 0.2


def test_the_version_is_the_installed_one() -> None:
    versions = run(
        "import foveal, importlib.metadata as m; print(foveal.__version__, m.version('foveal'))"
    )

    stated, installed = versions.stdout.split()
    assert stated == installed
