"""24 pictures of mixed sizes over several servers, one of them killed on the way: all there, equal bit for bit.

python -m tools.host.many_machines [--engine FOLDER] [--kept FOLDER]

Starts servers on loopback, on the CPU, and sends the pictures with docs/examples/many_pictures.py to one, to two, and
to two of which one gets SIGKILL. With --engine, a copy of robertvoy/ComfyUI-Distributed, also to a master with two
workers, and again with one worker killed; each server gets a copy of its own, since the engine keeps its settings in
its folder. Outside CI; Linux. docs/many-machines.md has the figures.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from PIL import Image
from skimage.data import astronaut

from testing.server.comfy_server import ROOT, ComfyServer
from tools.host.engine import master_and_workers

SCRIPT = ROOT / "docs" / "examples" / "many_pictures.py"
PICTURES = 24
SIDES = (256, 288, 320, 384)
KILLED_AFTER = PICTURES // 3


def main() -> int:
    """0 if every run gave all pictures, equal to those of one server."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", type=Path)
    parser.add_argument("--kept", type=Path, help="where pictures and logs stay; default: a temporary folder")
    options = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # so that two servers on one machine take two cores
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.kept or Path(temporary)
        write_pictures(folder / "in")
        print(f"{os.cpu_count()} cores; they have {os.getloadavg()[0]:.1f} tasks without this")
        print("| run | pictures | equal | wall | CPU of servers | of the script |\n|---|---:|---:|---:|---:|---:|")
        with ExitStack() as stack:
            one, two, doomed = (stack.enter_context(ComfyServer()) for _ in range(3))
            for server in (one, two, doomed):
                warm_up(folder, server)
            good = [
                Run("one server", [one]).show(folder),
                Run("one server, named twice", [one, one]).show(folder),
                Run("two servers", [one, two]).show(folder),
                Run("two servers, each named twice", [one, two] * 2).show(folder),
                Run("two servers, one killed", [one, doomed], killed=doomed).show(folder),
            ]
        if options.engine:
            good += engine_runs(folder, options.engine)
    return 0 if all(good) else 1


def write_pictures(folder: Path) -> None:
    """Parts of a portrait around its face, no two alike, of mixed sizes and proportions."""
    folder.mkdir(parents=True, exist_ok=True)
    portrait = Image.fromarray(astronaut())
    for index in range(PICTURES):
        width, height = SIDES[index % len(SIDES)], SIDES[index // len(SIDES) % len(SIDES)]
        left = index % 5 * 8
        box = (left, 0, left + 400, 400 * height // width)
        portrait.crop(box).resize((width, height), Image.Resampling.LANCZOS).save(folder / f"{index:02}.png")


def warm_up(folder: Path, server: ComfyServer) -> None:
    """One picture through the server, so that no run pays for what is loaded first."""
    with tempfile.TemporaryDirectory() as temporary:
        source = Path(temporary) / "in"
        source.mkdir()
        shutil.copy(folder / "in" / "00.png", source)
        subprocess.run(
            [sys.executable, SCRIPT, source, Path(temporary) / "out", "--server", server.client.url],
            check=True,
            stdout=subprocess.DEVNULL,
        )


class Run:
    """All pictures through some servers; `killed` gets SIGKILL once a third of them is there."""

    def __init__(
        self, name: str, servers: Sequence[ComfyServer], killed: ComfyServer | None = None, master: bool = False
    ) -> None:
        self._name, self._servers, self._killed = name, servers, killed
        asked = servers[:1] if master else servers
        self._arguments = [each for server in asked for each in ("--server", server.client.url)]
        self._arguments += ["--distributed"] if master else []

    def show(self, folder: Path) -> bool:
        """Make the pictures, print a row, and say whether all are there and equal to those of one server."""
        target = folder / self._name
        before = sum(server.cpu_seconds() for server in set(self._servers))
        started = time.monotonic()
        with (folder / f"{self._name}.log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, SCRIPT, folder / "in", target, *self._arguments], stdout=log, stderr=log
            )
            lost = self._kill_midway(process, target)
            _, status, usage = os.wait4(process.pid, 0)
        wall, script = time.monotonic() - started, usage.ru_utime + usage.ru_stime
        alive = set(self._servers) - {self._killed}
        servers = sum(server.cpu_seconds() for server in alive) + lost - before
        made = sorted(target.glob("*.png"))
        equal = sum(same(path, folder / "one server" / path.name) for path in made)
        print(f"| {self._name} | {len(made)} | {equal} | {wall:.1f} s | {servers:.1f} s | {script:.1f} s |", flush=True)
        return status == 0 and len(made) == equal == PICTURES

    def _kill_midway(self, process: subprocess.Popen[bytes], target: Path) -> float:
        """The CPU time that the server had taken when it was killed at its work; 0 if none is to be."""
        if self._killed is None:
            return 0.0
        while (
            len(list(target.glob("*.png"))) < KILLED_AFTER
            or not self._killed.client.get_json("/queue")["queue_running"]
        ):
            if process.poll() is not None:
                raise RuntimeError(f"the run ended before the server was killed; see its log beside {target}")
            time.sleep(0.02)
        taken = self._killed.cpu_seconds()
        self._killed.kill()
        return taken


def same(path: Path, other: Path) -> bool:
    """Whether two files hold one picture, bit for bit."""
    one, two = (np.asarray(Image.open(each)) for each in (path, other))
    return one.shape == two.shape and bool((one == two).all())


def engine_runs(folder: Path, engine: Path) -> list[bool]:
    """The runs with the engine: whole, then with a worker killed."""
    with ExitStack() as stack:
        servers = [stack.enter_context(server) for server in master_and_workers(folder, engine)]
        for server in servers:
            warm_up(folder, server)
        return [
            Run("master and two workers", servers, master=True).show(folder),
            Run("master and two workers, one killed", servers, killed=servers[2], master=True).show(folder),
        ]


if __name__ == "__main__":
    sys.exit(main())
