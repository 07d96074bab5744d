"""Gaussian, bloom, selective blur and the nodes built on them against other libraries, ComfyUI's nodes and GEGL.

    python -m benchmarks.image_engine [--clip]

Every method runs in this process on the same pictures, float32, two threads; times are the shortest of
some runs, in milliseconds. A case that would take a method more than about 3 s is not run ("-").
Rows and checks go to results/image_engine.json, the Gaussian's times to results/image_engine.png.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

import cv2
import torch

from benchmarks.image_engine import bloom as engine_bloom
from benchmarks.image_engine import cost as engine_cost
from benchmarks.image_engine import gaussian as engine_gaussian
from benchmarks.image_engine import gegl
from benchmarks.image_engine import host as engine_host
from benchmarks.image_engine import memory as engine_memory
from benchmarks.image_engine import plot as engine_plot
from benchmarks.image_engine import selective as engine_selective
from benchmarks.rows import Check, Row, show, show_limits
from testing.host_nodes import nodes

RESULTS = Path(__file__).resolve().parent.parent / "results"
THREADS = 2


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.image_engine", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--clip", action="store_true", help="also 240 frames of 1080p, a panorama and an 8K picture (minutes)"
    )
    options = parser.parse_args(arguments)
    start = time.perf_counter()
    torch.set_num_threads(THREADS)
    cv2.setNumThreads(THREADS)
    print(f"Image engine, milliseconds, {THREADS} threads, torch {torch.__version__}, cv2 {cv2.__version__}")
    print(gegl.METHOD if gegl.available() else gegl.MISSING)
    nodes()
    tables, checks = measure()
    if options.clip:
        tables["clip"] = show("240 frames of 1080p, or 48 where memory is short", engine_memory.clip_table())
        tables["large"] = show("Peak memory beyond input and outputs, large pictures", engine_memory.large_table())
        checks += engine_memory.clip_checks(tables["clip"]) + engine_memory.large_checks(tables["large"])
    show_limits(checks, start)
    RESULTS.mkdir(exist_ok=True)
    save(tables, checks, RESULTS / "image_engine.json")
    engine_plot.draw(tables["gaussian"], RESULTS / "image_engine.png")
    print(f"rows in {RESULTS / 'image_engine.json'}")


def measure() -> tuple[dict[str, list[Row]], list[Check]]:
    """All tables but the clip, printed as they come, and the figures that have limits."""
    tables = {
        "gaussian": show("Gaussian blur; error in 1/255 against float64", engine_gaussian.table()),
        "gaussian by sigma": show("Gaussian blur by sigma, ours, side by side", engine_gaussian.by_sigma()),
        "host blur": show("ComfyUI's ImageBlur and our node", engine_host.blur_table()),
        "host sharpen": show("ComfyUI's ImageSharpen and our node", engine_host.sharpen_table()),
        "bloom": show("Bloom of five scales and one gaussian_blur of the widest", engine_bloom.table()),
        "look": show("The whole look, three nodes at their defaults", engine_host.look_table()),
        "selective": show("Selective blur; difference in 1/255", engine_selective.table()),
        "selective by radius": show("Selective blur by radius, ours", engine_selective.by_radius()),
        "memory": show("Peak memory beyond input and outputs", engine_memory.memory_table()),
        "by pixels": show("Cost by pixels", engine_cost.by_pixels()),
        "by width": show("Cost by width of the blur", engine_cost.by_width()),
        "by frames": show("Cost by frames, a frame", engine_cost.by_frames()),
    }
    checks = engine_gaussian.checks(tables["gaussian"], tables["gaussian by sigma"])
    checks += engine_bloom.checks(tables["bloom"]) + engine_selective.checks(tables["selective by radius"])
    return tables, checks + engine_host.checks(tables["host blur"], tables["look"])


def save(tables: dict[str, list[Row]], checks: list[Check], path: Path) -> None:
    """Versions, figures with limits and all rows as JSON."""
    machine = {"torch": torch.__version__, "cv2": cv2.__version__, "cpus": os.cpu_count(), "threads": THREADS}
    limits = [{**vars(check), "met": check.met} for check in checks]
    path.write_text(json.dumps({"machine": machine, "checks": limits, "tables": tables}, indent=1))


if __name__ == "__main__":
    main()
