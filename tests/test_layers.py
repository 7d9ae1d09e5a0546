"""Imports point one way, as the contracts in pyproject.toml say."""

import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = {
    link.parent.name for link in ROOT.glob("src/foveal/*/__init__.py") if link.parent.is_symlink()
}


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    return grimp.build_graph("foveal", cache_dir=None)


def test_the_import_contracts_are_kept() -> None:
    lint = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    linted = subprocess.run(lint, cwd=ROOT, capture_output=True, text=True, check=False)

    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_every_folder_has_its_place_in_the_layers() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = contracts["contracts"][0]["layers"]

    assert {name for layer in layers for name in layer.split(" | ")} == FOLDERS


def test_the_linter_sees_the_modules_behind_the_links(imports: grimp.ImportGraph) -> None:
    modules = {
        f"foveal.{path.parent.name}.{path.stem}"
        for folder in FOLDERS
        for path in (ROOT / folder).glob("[!_]*.py")
    }

    assert modules <= imports.modules


def test_no_folder_imports_the_front_door(imports: grimp.ImportGraph) -> None:
    below = {
        name for name in imports.modules if name.split(".")[1:2] and name.split(".")[1] in FOLDERS
    }
    front_door = imports.modules - below

    assert not [
        f"{importer} imports {imported}"
        for imported in sorted(front_door)
        for importer in imports.find_modules_that_directly_import(imported) & below
    ]
