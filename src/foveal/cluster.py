"""Machines joined by Ray, and how a batch divides them. Ray is imported where it is used."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from math import inf
from typing import Literal, NamedTuple

from foveal.schemas.errors import BadCluster, BadWorkflow

Engine = Literal["local", "ray"]


@dataclass(frozen=True)
class Cluster:
    """Where a batch runs beyond this process."""

    address: str | None = None
    """Of its head, or 'auto' for the one this machine is in; None: this machine, for the time."""

    actors: int | None = None
    """How many engines; by default one a GPU, or one a CPU where there is no GPU."""

    def require_ray(self) -> None:
        """Raises BadCluster for what can be told before anything is begun."""
        if find_spec("ray") is None:
            raise BadCluster(
                "ray is not installed", fix="pip install 'foveal[ray]', or leave out --engine ray"
            )
        if self.address is not None and self.address.startswith("ray://"):
            raise BadCluster(
                f"{self.address!r} is for programs outside of a cluster",
                fix="run the command on a machine of the cluster, with --address auto",
            )

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Left again, unless the program had joined one before. Raises BadCluster."""
        import ray

        if ray.is_initialized():
            yield
            return
        try:
            ray.init(self.address or "local", log_to_driver=False, logging_level="error")
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise BadCluster(
                f"no cluster can be joined at {self.address or 'local'!r} ({error})",
                fix="begin one with ray start --head, and give its address",
            ) from error
        try:
            yield
        finally:
            ray.shutdown()


def read_cluster(engine: Engine, address: str | None, actors: int | None) -> Cluster | None:
    """None for this process alone. Raises BadWorkflow for options that do not belong together."""
    if engine == "ray":
        return Cluster(address, actors)
    for name, given in (("--address", address), ("--actors", actors)):
        if given is not None:
            raise BadWorkflow(f"{name} {given} says how to use Ray", fix="add --engine ray")
    return None


class Share(NamedTuple):
    """What each of so many actors has to itself."""

    actors: int
    cpus: int
    gpus: int


def share_out(machines: Sequence[Mapping[str, float]], wanted: int | None) -> Share:
    """As many CPUs each as let all have room; of machines without a GPU none, if others have one.

    Raises BadCluster where there is no room for so many.
    """
    with_gpu = [machine for machine in machines if machine.get("GPU")]
    used = with_gpu or machines

    def room(cpus: int) -> int:
        return sum(int(min(one.get("CPU", 0) // cpus, one.get("GPU", inf))) for one in used)

    most = room(1)
    actors = most if wanted is None else wanted
    if not 1 <= actors <= most:
        what = "a CPU and a GPU" if with_gpu else "a CPU"
        raise BadCluster(
            f"the cluster has {what} for {most} actors, not for {actors}",
            fix="join more machines with ray start, or name fewer with --actors",
        )
    largest = int(max(one.get("CPU", 0) for one in used))
    cpus = max(cpus for cpus in range(1, largest + 1) if room(cpus) >= actors)
    return Share(actors, cpus, 1 if with_gpu else 0)
