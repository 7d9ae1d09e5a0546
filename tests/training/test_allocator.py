"""What is freed is used again, instead of being asked of the kernel anew."""

import subprocess
import sys

import pytest

SCRIPT = """
import resource, sys
import torch
from foveal.training.allocator import keep_freed_memory

if sys.argv[1] == "kept" and not keep_freed_memory():
    sys.exit("no glibc")
for _ in range(30):
    torch.empty(64_000_000, dtype=torch.uint8).fill_(1)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    torch.empty(64_000_000, dtype=torch.uint8).fill_(1)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def page_faults(how: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, how], capture_output=True, text=True, check=False
    )
    if "no glibc" in done.stderr:
        pytest.skip("malloc is not glibc's here")
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have another malloc")
def test_tensors_of_one_size_share_their_pages() -> None:
    assert page_faults("kept") * 10 < page_faults("as it is")
