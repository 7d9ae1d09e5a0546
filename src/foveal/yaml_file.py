"""A YAML file → the values that JSON has. Nothing is executed, shared or guessed.

Scalars follow YAML 1.2's core schema (https://yaml.org/spec/1.2.2/#103-core-schema) without
infinities, so that a label called `no` or `2024-01-01` stays text. Other tags, aliases (which can
make a small file endless) and keys given twice are refused.
"""

import re
import stat
from collections.abc import Callable
from math import isfinite
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from foveal.schemas.errors import BadWorkflow
from foveal.wording import shortened

Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]

MAX_BYTES = 64 * 1024
"""Workflows are written by hand; even hostile ones of this size are parsed within a second."""

_TAG = "tag:yaml.org,2002:"
_NULL = re.compile(r"^(?:~|null|Null|NULL|)$")
_BOOL = re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$")
_INT = re.compile(r"^[-+]?[0-9]+$")
_FLOAT = re.compile(r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$")


class _Loader(yaml.SafeLoader):
    """Composes nodes only: PyYAML's constructors, which can run code, are never reached."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - PyYAML's own way to start without its guesses

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        if self.check_event(yaml.AliasEvent):
            problem = "an alias is not read"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=self.get_mark())
        return super().compose_node(parent, index)


for _name, _pattern in (("null", _NULL), ("bool", _BOOL), ("int", _INT), ("float", _FLOAT)):
    _Loader.add_implicit_resolver(_TAG + _name, _pattern, None)


def read_yaml(path: Path) -> dict[str, Value]:
    """The mapping that the file holds; raises BadWorkflow for anything else."""
    try:
        node = yaml.compose(_read_text(path), Loader=_Loader)
        value = None if node is None else _value(node)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadWorkflow(
            f"{str(path)!r} line {line}: {error.problem}", fix="correct the YAML there"
        ) from error
    except yaml.YAMLError as error:
        raise BadWorkflow(
            f"{str(path)!r} holds characters that YAML does not allow", fix="save it as plain text"
        ) from error
    except RecursionError as error:
        raise BadWorkflow(f"{str(path)!r} is nested too deeply", fix="flatten it") from error
    if isinstance(value, dict):
        return value
    held = "nothing" if value is None else "no keys with values"
    raise BadWorkflow(f"{str(path)!r} holds {held}", fix="write lines such as `name: my-boards`")


def _read_text(path: Path) -> str:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise BadWorkflow(f"{str(path)!r} is no file", fix="give the path of a YAML file")
        if status.st_size > MAX_BYTES:
            raise BadWorkflow(
                f"{str(path)!r} has {status.st_size:,} bytes",
                fix=f"a workflow takes at most {MAX_BYTES:,}",
            )
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise BadWorkflow(f"there is no file {str(path)!r}", fix="check the path") from error
    except UnicodeDecodeError as error:
        raise BadWorkflow(f"{str(path)!r} is not UTF-8 text", fix="save it as UTF-8") from error
    except (OSError, ValueError) as error:
        raise BadWorkflow(
            f"{str(path)!r} cannot be read", fix="check the path and your right to read it"
        ) from error


def _value(node: Node) -> Value:
    if isinstance(node, MappingNode) and node.tag == f"{_TAG}map":
        return _mapping(node)
    if isinstance(node, SequenceNode) and node.tag == f"{_TAG}seq":
        return [_value(item) for item in node.value]
    if isinstance(node, ScalarNode) and node.tag in _SCALARS:
        return _scalar(node)
    raise _refused(node, f"the tag {shortened(node.tag)} is not read")


def _mapping(node: MappingNode) -> dict[str, Value]:
    mapping: dict[str, Value] = {}
    for key, value in node.value:
        if not isinstance(key, ScalarNode):
            raise _refused(key, "a key must be a text")
        if key.value in mapping:
            raise _refused(key, f"the key {shortened(key.value)} is given twice")
        mapping[key.value] = _value(value)
    return mapping


def _scalar(node: ScalarNode) -> Value:
    try:
        return _SCALARS[node.tag](node.value)
    except ValueError as error:
        kind = node.tag.removeprefix(_TAG)
        raise _refused(node, f"{shortened(node.value)} cannot be used as {kind}") from error


def _refused(node: Node, problem: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)


def _str(text: str) -> str:
    text.encode()  # a lone surrogate, written as an escape, is no character
    return text


def _bool(text: str) -> bool:
    if not _BOOL.match(text):
        raise ValueError(text)
    return text.lower() == "true"


def _float(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(text)
    return number


_SCALARS: dict[str, Callable[[str], Value]] = {
    f"{_TAG}str": _str,
    f"{_TAG}null": lambda _: None,
    f"{_TAG}bool": _bool,
    f"{_TAG}int": int,
    f"{_TAG}float": _float,
}
