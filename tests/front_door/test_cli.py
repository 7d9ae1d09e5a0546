"""The commands: what they print, and that the exit code is the verdict."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import sleep

import pytest
from rich.table import Table

from foveal.cli import exit_code
from foveal.measuring import print_figures
from foveal.models.checkpoint import SHIPPED
from foveal.schemas.export import exported

Boards = tuple[Path, Path]
Run = Callable[..., "Ended"]

needs_model = pytest.mark.skipif(
    not (SHIPPED / "model.safetensors").is_file(), reason="models/tiny is not trained yet"
)


class Ended:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def foveal(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str | Path) -> Ended:
        code = exit_code([str(argument) for argument in arguments])
        return Ended(code, *capsys.readouterr())

    return run


def process(*arguments: str | Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "foveal", *map(str, arguments)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )


COMMANDS = [
    "compare",
    "inspect",
    "run",
    "verify",
    "export",
    "schema",
    "doctor",
    "calibrate",
    "eval",
    "gauge",
    "ablate",
]


def test_help_lists_the_commands_and_the_exit_codes(foveal: Run) -> None:
    ended = foveal("--help")

    assert (ended.code, ended.err) == (0, "")
    assert all(command in ended.out for command in COMMANDS)
    assert "0 pass, 1 fail, 3 review, 2 error" in ended.out


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_shows_an_example(foveal: Run, command: str) -> None:
    ended = foveal(command, "--help")

    assert (ended.code, ended.err) == (0, "")
    assert f"\n foveal {command} " in ended.out or f"\n foveal {command}\n" in ended.out


@pytest.mark.parametrize("name", exported())
def test_a_schema_is_printed_by_its_name(foveal: Run, name: str) -> None:
    ended = foveal("schema", name)

    assert (ended.code, ended.err) == (0, "")
    assert ended.out == exported()[name]


WRONG_USE = {
    "no command": ([], "Missing command: see foveal --help"),
    "a misspelt command": (["compar"], "No such command 'compar': Did you mean 'compare'?"),
    "an argument too few": (
        ["compare", "a.png"],
        "Missing argument 'TESTED': see foveal compare --help",
    ),
    "an argument too many": (
        ["compare", "a.png", "b.png", "c.png", "--out", "x"],
        "Got unexpected extra argument(s) (c.png): see foveal compare --help",
    ),
    "no folder for results": (
        ["compare", "a.png", "b.png"],
        "Missing option '--out': see foveal compare --help",
    ),
    "an unknown option": (
        ["doctor", "--bogus"],
        "No such option: --bogus: see foveal doctor --help",
    ),
    "an unknown dtype": (["doctor", "--dtype", "int3"], None),
    "a limit of none": (["eval", "deeppcb", "--limit", "0"], None),
    "an unknown schema": (
        ["schema", "repot"],
        "there is no schema 'repot': did you mean 'report'?",
    ),
    "a schema unlike any": (
        ["schema", "xyz"],
        f"there is no schema 'xyz': use one of {', '.join(sorted(exported()))}",
    ),
    "an unknown eval": (["eval", "deepcb"], "there is no eval 'deepcb': did you mean 'deeppcb'?"),
    "an unknown workflow": (
        ["run", "bord-compare", "a.png", "b.png", "--out", "x"],
        "no workflow called 'bord-compare' ships: did you mean 'board-compare'? "
        "(a file is given as ./bord-compare)",
    ),
    "an unknown disturbance": (
        ["gauge", "board-compare", "--jitter", "shift,ligt"],
        "no disturbance is called 'ligt': did you mean 'light'?",
    ),
    "boards to draw beside those given": (
        ["gauge", "board-compare", "DIR", "--drawn", "3"],
        "--limit takes pairs of DATA, --drawn draws boards without it: give the other",
    ),
    "an unknown language": (["compare", "a", "b", "--out", "x", "--language", "fr"], None),
    "a missing input": (
        ["run", "board-compare", "a.png", "--out", "x"],
        "the input 'tested' is not given: add tested=PATH",
    ),
    "a missing image": (
        ["compare", "none.png", "b.png", "--out", "x"],
        "there is no file 'none.png': check the path",
    ),
    "a URL": (
        ["inspect", "https://pictures.example/a.png", "--out", "x"],
        "'https://pictures.example/a.png' is a URL, and images are not fetched from URLs: "
        "download it, or allow https with --allow-urls (allow_urls=True in Python)",
    ),
    "a URL without encryption": (
        ["run", "board-inspect", "http://pictures.example/a.png", "--out", "x", "--allow-urls"],
        "'http://pictures.example/a.png' is no https URL: download it and give the file",
    ),
    "a file name with a line break": (
        ["compare", "a\nb.png", "b.png", "--out", "x"],
        r"there is no file 'a\nb.png': check the path",
    ),
}


@pytest.mark.parametrize(("arguments", "said"), WRONG_USE.values(), ids=WRONG_USE)
def test_wrong_use_ends_with_2_and_one_line_on_stderr(
    foveal: Run, arguments: list[str], said: str | None
) -> None:
    ended = foveal(*arguments)

    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert ended.err.strip() == said or said is None


def test_a_model_that_is_not_there_ends_with_2_and_one_line(
    foveal: Run, boards: Boards, tmp_path: Path
) -> None:
    ended = foveal("compare", *boards, "--out", tmp_path / "run", "--model", tmp_path / "none")

    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert ended.err.startswith("there is no model '")


QUICK = {
    "help": ["--help"],
    "help of a command": ["compare", "--help"],
    "version": ["--version"],
    "schema": ["schema", "report"],
    "no run": ["verify", "none"],
    "wrong use": ["compar"],
    "a missing image": ["compare", "none.png", "none.png", "--out", "x"],
    "a missing workflow": ["run", "none.yaml", "a.png", "b.png", "--out", "x"],
    "a missing model": ["compare", "A", "B", "--out", "OUT", "--model", "./none"],
}


@pytest.mark.parametrize("arguments", QUICK.values(), ids=QUICK)
def test_what_needs_no_model_imports_no_torch(
    boards: Boards, tmp_path: Path, arguments: list[str]
) -> None:
    places = {"A": boards[0], "B": boards[1], "OUT": tmp_path / "run"}
    given = [str(places.get(argument, argument)) for argument in arguments]
    code = f"""
import sys
from foveal.cli import exit_code
exit_code({given!r})
sys.exit("torch" in sys.modules or "transformers" in sys.modules or "langgraph" in sys.modules)
"""

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)

    assert ended.returncode == 0, ended.stderr


def test_the_package_runs_as_a_module() -> None:
    running = process("schema", "verdict")

    out, err = running.communicate()

    assert (running.returncode, err) == (0, "")
    assert json.loads(out)["enum"] == ["pass", "fail", "review"]


def test_a_reader_that_leaves_is_no_traceback() -> None:
    running = process("schema", "report")
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.close()

    assert running.stderr.read() == ""
    running.stderr.close()
    assert running.wait() in (0, 2)  # 0 where all was written before the reader left


def test_a_bug_shows_its_traceback_and_does_not_look_like_a_failed_part() -> None:
    code = """
import sys
from foveal.cli import exit_code
from foveal.commands import app
app.command("bug")(lambda: 1 / 0)
sys.exit(exit_code(["bug"]))
"""

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)

    assert ended.returncode == 2
    assert ended.stderr.strip().endswith(b"ZeroDivisionError: division by zero")


@needs_model
@pytest.mark.slow
def test_ctrl_c_ends_a_run_with_one_line_and_no_report(boards: Boards, tmp_path: Path) -> None:
    running = process("compare", *boards, "--out", tmp_path / "run")
    while running.poll() is None and not (tmp_path / "run" / "ledger.jsonl").exists():
        sleep(0.02)

    running.send_signal(signal.SIGINT)  # it is loading its model
    out, err = running.communicate()

    assert running.returncode % 256 in (130, 256 - signal.SIGINT)  # a shell says 130 of both
    assert out == ""
    assert err == "interrupted: run the same command again\n"
    assert not (tmp_path / "run" / "report.json").exists()


@needs_model
@pytest.mark.slow
def test_the_shipped_model_compares_two_boards(foveal: Run, boards: Boards, tmp_path: Path) -> None:
    out = tmp_path / "run"

    ended = foveal("compare", *boards, "--out", out)

    assert ended.err == ""
    report = json.loads((out / "report.json").read_text())
    assert ended.code == {"pass": 0, "fail": 1, "review": 3}[report["verdict"]]
    assert ended.out.startswith(f"{report['verdict']}: {report['reason']}\n")
    head = (out / "ledger.head").read_text()
    assert ended.out.endswith(f"Report: {out / 'report.html'}\nLedger: {head}")
    again = foveal("verify", out, "--head", head.strip(), "--json")
    assert (again.code, again.err) == (0, "")
    assert json.loads(again.out)["head"] == head.strip()


@needs_model
@pytest.mark.slow
def test_asked_in_chinese_it_reports_the_same_labels(
    foveal: Run, boards: Boards, tmp_path: Path
) -> None:
    ended = foveal("compare", *boards, "--out", tmp_path / "run", "--language", "zh", "--json")

    report = json.loads(ended.out)
    assert report["workflow"]["asked_as"]["open"] == "断路"
    (finding,) = report["findings"]
    assert finding["label"] in report["workflow"]["asked_as"]
    assert finding["evidence"][0]["answers"].keys() == report["workflow"]["asked_as"].keys()


@needs_model
@pytest.mark.slow
def test_equal_boards_pass_with_0_and_json_is_the_report(
    foveal: Run, boards: Boards, tmp_path: Path
) -> None:
    out = tmp_path / "run"

    ended = foveal("run", "board-compare", boards[0], boards[0], "--out", out, "--json")

    assert (ended.code, ended.err) == (0, "")
    assert ended.out == (out / "report.json").read_text()


@needs_model
@pytest.mark.slow
def test_the_shipped_model_is_gauged(foveal: Run) -> None:
    shape = ("--drawn", "1", "--repeats", "1", "--jitter", "order,shift")

    ended = foveal("gauge", "board-compare", *shape, "--json")

    assert (ended.code, ended.err) == (0, "")
    figures = json.loads(ended.out)
    assert (figures["model"], figures["parts"]) == ("tiny", 1)
    assert list(figures["conditions"]) == ["again", "shift", "order", "together"]


@pytest.mark.parametrize("name", ["low", "a name that takes its room"])
def test_no_figure_is_cut_where_there_is_little_room(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")

    def show(figures: dict[str, object]) -> Table:
        table = Table()
        for column in figures:
            table.add_column(column, no_wrap=True)
        table.add_row(*map(str, figures.values()))
        return table

    print_figures({name: "92.7% (88%–98%)", "seconds": "46.8"}, show, as_json=False)

    shown = capsys.readouterr().out
    assert all(text in shown for text in (name, "92.7% (88%–98%)", "46.8"))


@needs_model
@pytest.mark.slow
def test_the_doctor_finds_the_shipped_model_well(foveal: Run) -> None:
    ended = foveal("doctor")

    assert (ended.code, ended.err) == (0, "")
    for word in ("foveal", "torch", "built for", "threads", "tiny, revision", "of 8 drawn"):
        assert word in ended.out
