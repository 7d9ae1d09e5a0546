"""How machines are divided among actors, and what is refused before any is asked."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from foveal.agents.scripted import ScriptedModel
from foveal.api import batch
from foveal.cluster import Cluster, Share, read_cluster, share_out
from foveal.schemas.errors import BadCluster, BadModel, BadWorkflow

GPU_MACHINE = {"CPU": 32.0, "GPU": 4.0}


@pytest.mark.parametrize(
    ("machines", "wanted", "share"),
    [
        ([{"CPU": 2}], None, Share(2, 1, 0)),
        ([{"CPU": 8}, {"CPU": 8}], 3, Share(3, 4, 0)),
        ([{"CPU": 8}, {"CPU": 2}], 2, Share(2, 4, 0)),
        ([{}, {"CPU": 4}], 1, Share(1, 4, 0)),
        ([GPU_MACHINE, {"CPU": 64}], None, Share(4, 8, 1)),
        ([GPU_MACHINE, GPU_MACHINE], 2, Share(2, 32, 1)),
        ([{"CPU": 2, "GPU": 4}], None, Share(2, 1, 1)),
    ],
    ids=["cores", "uneven", "small one", "head alone", "GPUs", "few of them", "few cores"],
)
def test_actors_get_what_all_have_room_for(
    machines: Sequence[Mapping[str, float]], wanted: int | None, share: Share
) -> None:
    assert share_out(machines, wanted) == share


@pytest.mark.parametrize(
    ("machines", "wanted"),
    [([{"CPU": 2}], 3), ([GPU_MACHINE, {"CPU": 64}], 5), ([{}], None), ([{"CPU": 2}], 0)],
    ids=["cores", "GPUs", "no cores", "none"],
)
def test_more_actors_than_there_is_room_for_are_refused(
    machines: Sequence[Mapping[str, float]], wanted: int | None
) -> None:
    with pytest.raises(BadCluster, match="the cluster has a CPU"):
        share_out(machines, wanted)


@pytest.mark.parametrize(("address", "actors"), [("auto", None), (None, 2)])
def test_options_of_ray_need_it(address: str | None, actors: int | None) -> None:
    with pytest.raises(BadWorkflow, match="add --engine ray"):
        read_cluster("local", address, actors)
    assert read_cluster("ray", address, actors) == Cluster(address, actors)
    assert read_cluster("local", None, None) is None


def test_a_model_that_is_loaded_is_not_sent_to_a_cluster(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="foveal[ray] is not installed")
    with pytest.raises(BadModel, match="name the model"):
        batch(
            "board-compare",
            tmp_path / "parts.csv",
            out=tmp_path / "out",
            model=ScriptedModel(),
            cluster=Cluster(),
        )


def test_the_command_says_how_to_get_ray(tmp_path: Path) -> None:
    manifest = tmp_path / "parts.csv"
    manifest.write_text("id,template,tested\n1,template.png,tested.png\n")
    arguments = ["batch", "board-compare", str(manifest), "--out", str(tmp_path / "out")]
    code = f"""
import sys
sys.modules["ray"] = None  # as where it is not installed
from foveal.cli import exit_code
sys.exit(exit_code({[*arguments, "--engine", "ray"]!r}))
"""
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    wanted = "ray is not installed: pip install 'foveal[ray]', or leave out --engine ray\n"
    assert ended.stderr == wanted
    assert not (tmp_path / "out").exists()


def test_a_cluster_is_not_joined_from_outside() -> None:
    pytest.importorskip("ray", reason="foveal[ray] is not installed")
    with pytest.raises(BadCluster, match="--address auto"):
        Cluster("ray://10.0.0.1:10001").require_ray()
