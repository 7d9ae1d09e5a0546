"""Where a command's log goes: to stderr, as text or as a JSON object a line."""

from collections.abc import Mapping
from logging import Formatter, StreamHandler, getLogger

from foveal.schemas.errors import BadSetting

_LEVELS = ("debug", "info", "warning", "error")


def set_up_logs(environment: Mapping[str, str]) -> None:
    """Raises BadSetting."""
    form = environment.get("FOVEAL_LOG") or "text"
    level = environment.get("FOVEAL_LOG_LEVEL") or "warning"
    if level.lower() not in _LEVELS:
        raise BadSetting(f"FOVEAL_LOG_LEVEL is {level!r}", fix=f"use one of {', '.join(_LEVELS)}")
    handler = StreamHandler()
    handler.setFormatter(_formatter(form))
    logger = getLogger("foveal")
    logger.addHandler(handler)
    logger.setLevel(level.upper())


def _formatter(form: str) -> Formatter:
    if form == "json":
        from foveal.json_lines import JsonLines

        return JsonLines()
    if form == "text":
        return Formatter("%(levelname)s %(name)s: %(message)s")
    raise BadSetting(f"FOVEAL_LOG is {form!r}", fix="use json or text")
