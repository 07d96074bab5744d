"""Functions of an earlier commit, in a process of their own, beside today's.

    with baseline() as old, checkout(ROOT) as new:
        for each in filter(None, (old, new)):
            found = each.run("softfocus.filters.gaussian:gaussian_blur", image=image, sigma=3.0, runs=5)
            print(found["result"].shape, found.milliseconds)

Where the history is not there, `old` is None and a sentence says so: the benchmark prints today's figures alone.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache"
COMMIT = "1aad9f5f6315e6475aad1f073fb10f1fadda87a6"
PROCESS = Path(__file__).with_name("process.py")
MISSING = (
    "No commit {commit:.7} here (a shallow clone, or an archive without history): only today's figures are printed. "
    "`git fetch --unshallow` brings it."
)


@dataclass(frozen=True)
class Result:
    """What a function returned, by name, and the shortest time of its runs: by the clock, and of the processor."""

    values: dict[str, Any]
    milliseconds: float
    cpu_milliseconds: float

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


class Checkout:
    """A process in a folder that holds the project, or another version of it."""

    def __init__(self, process: subprocess.Popen[str], files: Path) -> None:
        self._process = process
        self._files = files

    def run(self, function: str, *, runs: int = 1, **inputs: Any) -> Result:
        """Call `package.module:function` with keyword inputs: tensors, and what JSON holds.

        The results are the fields of a dataclass or named tuple, "0", "1", ... of a tuple, or "result"; tensors and
        plain values only.

        Raises:
            RuntimeError: the function raised, with its traceback, or the process ended.
        """
        assert self._process.stdin is not None and self._process.stdout is not None
        tensors = {name: value.contiguous() for name, value in inputs.items() if isinstance(value, torch.Tensor)}
        inputs_file, results_file = (str(self._files / f"{name}.safetensors") for name in ("inputs", "results"))
        request = {
            "function": function,
            "runs": runs,
            "plain": {name: value for name, value in inputs.items() if name not in tensors},
            "tensors": inputs_file,
            "results": results_file,
        }
        save_file(tensors, inputs_file)
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline() or '{"error": "the process has ended"}')
        if "error" in answer:
            raise RuntimeError(f"{function}: {answer['error']}")
        values = {**answer["plain"], **load_file(results_file)}
        return Result(values, answer["milliseconds"], answer["cpu_milliseconds"])


@contextmanager
def checkout(folder: Path, beside: Path | None = None) -> Iterator[Checkout]:
    """A process that calls the functions of this folder, with as many threads as this one has; ended at the end.

    `beside` holds more modules for it: functions that call the folder's as they are called there.
    """
    command = [sys.executable, str(PROCESS), str(torch.get_num_threads())]
    environment = {"COMFYUI_DIR": str(ROOT / ".comfyui"), **os.environ}
    if beside is not None:
        environment["PYTHONPATH"] = os.pathsep.join([str(beside), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with tempfile.TemporaryDirectory() as files, subprocess.Popen(command, cwd=folder, env=environment, **pipes) as one:
        try:
            yield Checkout(one, Path(files))
        finally:
            one.kill()


@contextmanager
def baseline(commit: str = COMMIT, beside: Path | None = None) -> Iterator[Checkout | None]:
    """The same for a commit, whose files are put into the ignored .cache/; None, and a sentence, without history."""
    folder = unpacked(commit)
    if folder is None:
        print(MISSING.format(commit=commit))
        yield None
        return
    with checkout(folder, beside) as process:
        yield process


def unpacked(commit: str) -> Path | None:
    """The folder with the commit's files, or None where git does not know it."""
    folder = CACHE / f"baseline-{commit:.7}"
    if not folder.exists():
        if shutil.which("git") is None:
            return None
        done = subprocess.run(["git", "archive", "--format=tar", commit], cwd=ROOT, capture_output=True)
        if done.returncode != 0:
            return None
        partial = folder.with_name(f"{folder.name}.partial")
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            archive.extractall(partial, filter="data")
        partial.rename(folder)
    return folder
