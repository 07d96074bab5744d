"""Start and stop a real ComfyUI server that has this pack and the sample pictures.

    with ComfyServer() as server:
        info = server.client.get_json("/object_info")

The server gets a base directory of its own (models, input, output, settings), so that nothing of the
user's ComfyUI is touched. COMFYUI_DIR names another ComfyUI than the one that `make setup` fetches.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from testing.server.comfy_client import ComfyClient, ServerUnreachable
from testing.server.sample_portrait import PORTRAIT_NAME, copy_portrait

ROOT = Path(__file__).resolve().parents[2]
PACK_FOLDER = "ComfyUI-SoftFocus"
START_SECONDS = 240
STOP_SECONDS = 10
LOG_TAIL_LINES = 40


def comfyui_dir() -> Path:
    """The ComfyUI to run: COMFYUI_DIR, else the one of `make setup`."""
    path = Path(os.environ.get("COMFYUI_DIR") or ROOT / ".comfyui").resolve()
    if not (path / "main.py").is_file():
        raise FileNotFoundError(f"no ComfyUI at {path}: run `make setup`, or set COMFYUI_DIR to a ComfyUI checkout")
    return path


class ComfyServer:
    """A ComfyUI server process, used as a context manager.

    Attributes:
        base: the base directory; a temporary one, removed at the end, unless it is given.
        client: talks to the server once it is up.
        log: the file that holds what the server prints.
    """

    def __init__(
        self,
        base: Path | None = None,
        port: int | None = None,
        arguments: Sequence[str] = (),
        echo: bool = False,
    ) -> None:
        self._temporary = base is None
        self.base = base or Path(tempfile.mkdtemp(prefix="softfocus-base-"))
        self.port = port or free_port()
        self.log = self.base / "server.log"
        self.client = ComfyClient(f"http://127.0.0.1:{self.port}")
        self._arguments = list(arguments)
        self._echo = echo
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> ComfyServer:
        try:
            prepare_base(self.base, comfyui_dir())
            self._start()
            self._wait_until_up()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def wait(self) -> int:
        """Block until the server ends by itself; returns its exit code."""
        assert self._process is not None
        return self._process.wait()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """End the server as a crash does: at once, with no chance to tidy up."""
        assert self._process is not None
        os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    def cpu_seconds(self) -> float:
        """The CPU time that the server has taken since its start (Linux)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def log_tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(lines[-LOG_TAIL_LINES:])

    def _start(self) -> None:
        host = comfyui_dir()
        command = [sys.executable, str(host / "main.py"), "--cpu", "--port", str(self.port)]
        command += ["--base-directory", str(self.base), "--disable-auto-launch", "--disable-api-nodes"]
        command += ["--database-url", "sqlite:///:memory:", *self._arguments]
        # Threads that spin while they wait make the first run up to a hundred times slower on a busy machine.
        environment = {"OMP_WAIT_POLICY": "PASSIVE", **os.environ}
        if self._echo:
            print(f"Starting ComfyUI ({host}) on port {self.port} ...", flush=True)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command, cwd=host, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )

    def _wait_until_up(self) -> None:
        assert self._process is not None
        started = time.monotonic()
        while time.monotonic() - started < START_SECONDS:
            if self._process.poll() is not None:
                raise RuntimeError(f"ComfyUI ended with code {self._process.returncode}; its log:\n{self.log_tail()}")
            try:
                self.client.get_json("/system_stats")
            except ServerUnreachable:
                time.sleep(0.3)
                continue
            if self._echo:
                print(f"ComfyUI is up after {time.monotonic() - started:.0f} s.", flush=True)
            return
        raise RuntimeError(f"ComfyUI did not answer within {START_SECONDS} s; its log:\n{self.log_tail()}")

    def _stop(self) -> None:
        """End the server with all its children, then drop a temporary base directory."""
        if self._process is not None and self._process.poll() is None:
            for signal_number in (signal.SIGTERM, signal.SIGKILL):
                os.killpg(self._process.pid, signal_number)
                try:
                    self._process.wait(STOP_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    continue
        if self._temporary:
            shutil.rmtree(self.base, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def prepare_base(base: Path, host: Path) -> None:
    """Fill a base directory: the pack as a link, example.png and the sample portrait as inputs."""
    for folder in ("custom_nodes", "input", "output", "user", "models/checkpoints"):
        (base / folder).mkdir(parents=True, exist_ok=True)
    link = base / "custom_nodes" / PACK_FOLDER
    if link.is_symlink():
        link.unlink()
    link.symlink_to(ROOT, target_is_directory=True)
    example = host / "input" / "example.png"
    if not (base / "input" / "example.png").exists() and example.is_file():
        shutil.copy(example, base / "input" / "example.png")
    if not (base / "input" / PORTRAIT_NAME).exists():
        copy_portrait(base / "input" / PORTRAIT_NAME)


def end_on_sigterm() -> None:
    """Let SIGTERM unwind the stack as Ctrl-C does, so that a `with ComfyServer` block stops its server."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
