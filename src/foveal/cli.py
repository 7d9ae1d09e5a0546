"""From arguments to an exit code: the verdict's, or 2 and one line on stderr for an error."""

import os
import sys
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from foveal.logs import set_up_logs
from foveal.schemas.errors import FovealError
from foveal.schemas.verdict import ERROR_EXIT_CODE
from foveal.telemetry import switch_on_telemetry

if TYPE_CHECKING:
    from typer.exceptions import TyperException

INTERRUPTED = 130
"""128 + SIGINT, as shells have it. typer returns it for Ctrl-C."""


def main() -> NoReturn:
    try:
        set_up_logs(os.environ)  # noqa: TID251 - this is the front door
        switch_on_telemetry(os.environ)  # noqa: TID251
        code = exit_code(sys.argv[1:])
    except FovealError as error:
        code = _failed(str(error))
    except KeyboardInterrupt:  # outside a command, such as while importing typer
        code = _interrupted()
    sys.exit(code)


def exit_code(arguments: Sequence[str]) -> int:
    from typer.exceptions import TyperException
    from typer.main import get_command

    from foveal.commands import app

    try:
        code = get_command(app).main(arguments, prog_name="foveal", standalone_mode=False)
        sys.stdout.flush()
    except FovealError as error:
        return _failed(str(error))
    except TyperException as error:
        return _failed(_usage(error))
    except (BrokenPipeError, SystemExit):  # typer leaves with 1 where no one reads stdout any more
        return _unread()
    except Exception:  # noqa: BLE001 - a bug must not end with 1, which says that a part failed
        traceback.print_exc()
        return ERROR_EXIT_CODE
    return _interrupted() if code == INTERRUPTED else int(code or 0)


def _failed(message: str) -> int:
    """One line, whatever a file is called or a library says."""
    line = " ".join(message.split())
    sys.stderr.write(f"{line}\n")
    return ERROR_EXIT_CODE


def _interrupted() -> int:
    _failed("interrupted: run the same command again")
    return INTERRUPTED


def _usage(error: "TyperException") -> str:
    """typer's own suggestion, else where to read on."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "foveal"
    what, _, suggestion = error.format_message().partition(". ")
    return f"{what.rstrip('.')}: {suggestion or f'see {command} --help'}"


def _unread() -> int:
    """Gives Python a stdout that it can flush when it ends (docs.python.org/3/library/signal)."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ERROR_EXIT_CODE
