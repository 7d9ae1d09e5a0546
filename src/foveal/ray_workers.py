"""Actors of a Ray cluster as the workers of a batch. They report; only this process keeps results.

An actor that died, or whose machine did, is begun anew by Ray where there is room. Meanwhile
another goes on with its items, each from its last step.
"""

import logging
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path

import ray
from ray.actor import ActorHandle
from ray.exceptions import RayError, RayTaskError

from foveal.batch_actor import BatchActor, Home
from foveal.cluster import Cluster, share_out
from foveal.inspecting import Inspector
from foveal.manifest import Item
from foveal.records.outcome import Inspected
from foveal.schemas.errors import BadCluster, FovealError
from foveal.seats import Seats

_MOST_DEATHS = 4
"""Of actors over one item: it may be what kills them."""

_MOST_RESTARTS = 10
"""Of an actor: it may die whenever it loads its model."""

_log = logging.getLogger(__name__)


class RayWorkers:
    def __init__(self, actors: Sequence[ActorHandle], *, jobs: int) -> None:
        self.in_flight = len(actors) * jobs
        self._seats: Seats[ActorHandle] = Seats()
        for _ in range(jobs):
            for actor in actors:
                self._await(actor)

    def inspect(self, item: Item) -> Inspected:
        for _ in range(_MOST_DEATHS):
            actor = self._seats.take()
            try:
                inspected: Inspected = ray.get(actor.inspect.remote(item))
            except RayTaskError as error:
                self._seats.put(actor)
                raise error.cause from error
            except RayError as error:
                _log.warning("item %r goes on in another actor: %s", item.id, _first_line(error))
                for _ in range(1 + self._seats.take_all(actor)):
                    self._await(actor)
            else:
                self._seats.put(actor)
                return inspected
        raise FovealError(
            f"{_MOST_DEATHS} actors died while they inspected it",
            fix="run it alone with --jobs 1, and see what it needs",
        )

    def stop(self) -> None:
        self._seats.close(CancelledError())

    def _await(self, actor: ActorHandle) -> None:
        """One more seat, as soon as it is there and has its model."""
        ready = actor.is_ready.options(max_task_retries=-1).remote()
        ready.future().add_done_callback(partial(self._seat, actor))

    def _seat(self, actor: ActorHandle, ready: Future[None]) -> None:
        error = ready.exception()
        if error is None:
            self._seats.put(actor)
            return
        why = getattr(error, "cause", None)
        if not isinstance(why, BadCluster):
            why = BadCluster(
                f"an actor could not load the model, or died too often ({_first_line(error)})",
                fix="try foveal doctor on each machine, or name fewer with --actors",
            )
        self._seats.close(why)


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]


@contextmanager
def open_actors(
    inspector: Inspector, cluster: Cluster, *, jobs: int, head: str
) -> Iterator[RayWorkers]:
    """`head` is that of the batch's ledger."""
    with cluster.joined():
        machines = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        share = share_out(machines, cluster.actors)
        kind = ray.remote(BatchActor).options(
            num_cpus=share.cpus,
            num_gpus=share.gpus,
            max_concurrency=jobs,
            max_restarts=_MOST_RESTARTS,
            scheduling_strategy="SPREAD",
        )
        kept = os.environ.get("FOVEAL_CHECKPOINTS")  # noqa: TID251 - this is the front door
        home = Home(Path.cwd(), head, version("foveal"), kept)
        actors = [kind.remote(inspector, home) for _ in range(share.actors)]
        try:
            yield RayWorkers(actors, jobs=jobs)
        finally:
            for actor in actors:
                ray.kill(actor)
