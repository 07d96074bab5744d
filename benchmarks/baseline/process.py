"""The process that `benchmarks.baseline` starts in a checkout: calls that checkout's functions as it is told to.

Reads a request a line, JSON on standard input; answers with a line. Tensors go through safetensors files. Whatever the
checkout, it needs nothing of it but the functions that are called.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import sys
import time
import traceback
from typing import Any

import torch
from safetensors.torch import load_file, save_file


def main() -> None:
    answers, sys.stdout = sys.stdout, sys.stderr  # what the functions print must not stand among the answers
    sys.path[0] = os.getcwd()  # instead of the folder of this file
    torch.set_num_threads(int(sys.argv[1]))
    for line in sys.stdin:
        try:
            answer = call(json.loads(line))
        except Exception:
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), file=answers, flush=True)


def call(request: dict[str, Any]) -> dict[str, Any]:
    """Plain results and the shortest times in milliseconds; tensors are left in the file that the request names."""
    module, _, name = request["function"].partition(":")
    function = getattr(importlib.import_module(module), name)
    arguments = {**request["plain"], **load_file(request["tensors"])}
    shortest = shortest_cpu = float("inf")
    for _ in range(request["runs"]):
        start, start_cpu = time.perf_counter(), time.process_time()
        with torch.no_grad():
            result = function(**arguments)
        shortest = min(shortest, time.perf_counter() - start)
        shortest_cpu = min(shortest_cpu, time.process_time() - start_cpu)
    found = by_name(result)
    tensors = {name: value.clone().contiguous() for name, value in found.items() if isinstance(value, torch.Tensor)}
    save_file(tensors, request["results"])
    plain = {name: value for name, value in found.items() if isinstance(value, (bool, int, float, str, type(None)))}
    return {"plain": plain, "milliseconds": 1000 * shortest, "cpu_milliseconds": 1000 * shortest_cpu}


def by_name(result: Any) -> dict[str, Any]:
    """The parts of a result: fields by their names, those of a plain tuple by their places, else "result"."""
    if dataclasses.is_dataclass(result):
        return {field.name: getattr(result, field.name) for field in dataclasses.fields(result)}
    if isinstance(result, dict):
        return {str(name): value for name, value in result.items()}
    if isinstance(result, tuple):
        return result._asdict() if hasattr(result, "_asdict") else {str(i): value for i, value in enumerate(result)}
    return {"result": result}


if __name__ == "__main__":
    main()
