"""What is built holds what the folders hold: the links under src/foveal are followed."""

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
LINKS = [link for link in (ROOT / "src/foveal").iterdir() if link.is_symlink()]
MEGABYTE = 1_000_000

pytestmark = pytest.mark.slow


class Built(NamedTuple):
    source: Path
    wheel: Path
    sdist: Path


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is packaged, so that the build leaves nothing in the repository."""
    copy = tmp_path_factory.mktemp("source")
    for name in ["pyproject.toml", "README.md", "LICENSE"]:
        shutil.copy(ROOT / name, copy)
    for name in ["src", *(link.name for link in LINKS)]:
        ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(ROOT / name, copy / name, symlinks=True, ignore=ignored)
    return copy


@pytest.fixture(scope="module")
def built(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The wheel is built from the sdist, so the sdist is complete where the wheel is."""
    out = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(source)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return Built(source, wheel=next(out.glob("*.whl")), sdist=next(out.glob("*.tar.gz")))


def files_below(source: Path, folder: str) -> set[str]:
    paths = (path for path in (source / folder).rglob("*") if path.is_file())
    return {path.relative_to(source).as_posix() for path in paths}


@pytest.mark.parametrize("folder", sorted(link.name for link in LINKS))
def test_every_file_of_a_folder_is_in_the_wheel(built: Built, folder: str) -> None:
    shipped = {name.removeprefix("foveal/") for name in ZipFile(built.wheel).namelist()}

    missing = files_below(built.source, folder) - shipped
    assert not missing


@pytest.mark.parametrize("folder", sorted(link.name for link in LINKS))
def test_every_file_of_a_folder_is_in_the_sdist(built: Built, folder: str) -> None:
    with tarfile.open(built.sdist) as sdist:
        shipped = {name.partition("/src/foveal/")[2] for name in sdist.getnames()}

    missing = files_below(built.source, folder) - shipped
    assert not missing


def test_the_wheel_installs_nothing_beside_foveal(built: Built) -> None:
    top = {PurePosixPath(name).parts[0] for name in ZipFile(built.wheel).namelist()}

    assert {name.partition("-")[0] for name in top} == {"foveal"}


def test_the_wheel_stays_small(built: Built) -> None:
    assert built.wheel.stat().st_size <= 35 * MEGABYTE


def test_the_wheel_works_away_from_the_repository(built: Built, tmp_path: Path) -> None:
    code = "import foveal, foveal.schemas.report; print(foveal.__version__, foveal.__file__)"

    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(built.wheel)},
        capture_output=True,
        text=True,
        check=True,
    )

    version, file = ran.stdout.split()
    assert built.wheel.name.split("-")[1] == version
    assert Path(file).is_relative_to(built.wheel)
