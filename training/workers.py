"""Processes of one thread each that learn together; alone, all of this works on one."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread
from time import sleep
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import nn
from torch.multiprocessing.spawn import spawn

COUNT = 2

Options = TypeVar("Options")


def start(work: Callable[[int, Options], None], options: Options, *, meeting: Path) -> None:
    """`work` gets its rank and the options in each process; `meeting` is a file to meet at."""
    meeting.unlink(missing_ok=True)
    spawn(_join, (work, options, meeting), nprocs=COUNT)  # type: ignore[no-untyped-call]  # untyped in torch


def _join(rank: int, work: Callable[[int, Options], None], options: Options, meeting: Path) -> None:
    Thread(target=_end_with, args=[os.getppid()], daemon=True).start()
    torch.set_num_threads(1)
    method = f"file://{meeting.resolve()}"
    dist.init_process_group("gloo", init_method=method, rank=rank, world_size=COUNT)
    work(rank, options)


def _end_with(parent: int) -> None:
    """A parent that is killed ends no worker itself: it would hold its gigabytes for good."""
    while os.getppid() == parent:
        sleep(1)
    os._exit(1)


def agreed(number: float) -> float:
    """What worker 0 says, in all workers, so that they stop at the same step."""
    shared = torch.tensor(number)
    if dist.is_initialized():
        dist.broadcast(shared, 0)
    return float(shared)


def wait() -> None:
    if dist.is_initialized():
        dist.barrier()


def share_gradients(parameters: Sequence[nn.Parameter]) -> None:
    """The mean over all workers, in one message.

    Workers take the same kind of step, so what has no gradient has none in any. It stays without:
    Muon's updates have one size however small the gradient, and would move it all the same.
    """
    used = [parameter for parameter in parameters if parameter.grad is not None]
    gradients = [parameter.grad for parameter in used if parameter.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    if dist.is_initialized():
        dist.all_reduce(flat)
        flat /= dist.get_world_size()
    parts = torch.split(flat, [gradient.numel() for gradient in gradients])
    for parameter, part in zip(used, parts, strict=True):
        parameter.grad = part.view_as(parameter)
