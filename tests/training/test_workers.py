import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest

PARENT = """
import os, sys
from pathlib import Path
from time import sleep
from foveal.training import workers

def work(rank, folder):
    (folder / f"{rank}.partial").write_text(str(os.getpid()))
    (folder / f"{rank}.partial").rename(folder / f"{rank}.pid")
    sleep(300)

if __name__ == "__main__":
    workers.start(work, Path(sys.argv[1]), meeting=Path(sys.argv[1]) / "meeting")
"""
PATIENCE_S = 60


def is_alive(pid: int) -> bool:
    """What has ended and waits to be reaped counts as gone."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="processes are looked up in /proc")
def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    parent = subprocess.Popen([sys.executable, script, tmp_path])
    until = monotonic() + PATIENCE_S
    while len(list(tmp_path.glob("*.pid"))) < 2 and monotonic() < until:
        sleep(0.2)
    pids = [int(path.read_text()) for path in tmp_path.glob("*.pid")]
    assert len(pids) == 2

    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    while any(map(is_alive, pids)) and monotonic() < until:
        sleep(0.2)

    assert not any(map(is_alive, pids))
