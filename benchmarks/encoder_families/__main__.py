"""Every pretrained name of timm through Load Vision Encoder, with a complete file of random weights as timm saves it.

python -m benchmarks.encoder_families [--minutes 25] [--least 0] [--most 400] [--family swin_transformer ...]
One name an architecture, at the mean, std and size of its default tag: loaded as a user loads it, the grid of its
features held to its strides by shapes. The smallest of each family also encodes a picture. Families take turns, the
smallest first, so that a run cut short has seen all of them; models above --most million weights are not loaded, those
up to --least, which an earlier run has seen, not counted.
"""

from __future__ import annotations

import argparse
import gc
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import timm
import torch
from timm.models import model_entrypoint

from benchmarks.encoder_families.random_weights import WithoutDrawing, save_random
from testing.host_nodes import call, nodes

LOADER = "SoftFocusLoadVisionEncoder"
LOADS, LARGE = "loads", "too large"


def main() -> int:
    """0 if nothing failed with anything but a sentence."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=25)
    parser.add_argument("--least", type=float, default=0, help="million weights")
    parser.add_argument("--most", type=float, default=400, help="million weights")
    parser.add_argument("--family", nargs="*")
    options = parser.parse_args()
    torch.set_num_threads(1)
    end = time.monotonic() + 60 * options.minutes
    families = by_family(options.family, options.least)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    with tempfile.TemporaryDirectory() as folder:
        _use_models(Path(folder))
        for turn in range(max(map(len, families.values()))):
            for family, names in families.items():
                if turn < len(names) and time.monotonic() < end:
                    size, name = names[turn]
                    said = LARGE if size > options.most else result(name, Path(folder), encode=turn == 0)
                    found[family][said] += 1
                    print(f"{name}: {said}", file=sys.stderr, flush=True)
    return show(families, found)


def by_family(wanted: list[str] | None, least: float) -> dict[str, list[tuple[float, str]]]:
    """Millions of weights and name of each pretrained architecture above `least`, smallest first, by timm's module."""
    families: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for name in sorted({name.partition(".")[0] for name in timm.list_models(pretrained=True)}):
        family = model_entrypoint(name).__module__.rpartition(".")[2]
        if not wanted or family in wanted:
            with torch.device("meta"):
                net = timm.create_model(name)
            size = sum(weight.numel() for weight in net.parameters()) / 1e6
            if size > least:
                families[family].append((size, name))
    return {family: sorted(names) for family, names in sorted(families.items())}


def _use_models(folder: Path) -> None:
    nodes()
    import folder_paths

    (folder / "vision_encoders").mkdir()
    folder_paths.models_dir = str(folder)


def result(name: str, folder: Path, encode: bool) -> str:
    """LOADS, the sentence that refuses, or the error."""
    path = folder / "vision_encoders" / "net.safetensors"
    try:
        with WithoutDrawing():
            save_random(path, timm.create_model(name))
            encoder = call(LOADER, model_name=name, weights=path.name)[0]
        if encode:
            check(encoder)
    except ValueError as error:
        return f"refused: {str(error).replace(name, 'NAME')}"
    except Exception as error:
        return f"fails: {type(error).__name__}: {str(error)[:200]}"
    finally:
        path.unlink(missing_ok=True)
        _forget()
    return LOADS


def check(encoder: Any) -> None:
    """The features of a picture are finite, and on the grid that the node says."""
    grid = encoder.side // encoder.patch
    features = encoder.encode(torch.rand(1, 3, encoder.side, encoder.side))
    if features.shape[-2:] != (grid, grid) or not torch.isfinite(features).all():
        raise RuntimeError(
            f"{tuple(features.shape)} for a grid of {grid}, finite: {bool(torch.isfinite(features).all())}"
        )


def _forget() -> None:
    import comfy.model_management

    comfy.model_management.unload_all_models()
    gc.collect()


def show(families: dict[str, list[tuple[float, str]]], found: dict[str, Counter[str]]) -> int:
    print(f"timm {timm.__version__}, torch {torch.__version__}\n")
    print("| family | architectures | loaded | refused | failed | too large | not reached |\n|---|" + "---:|" * 6)
    totals, sentences = Counter[str](), Counter[str]()
    for family, names in families.items():
        kinds = Counter[str]()
        for said, count in found[family].items():
            kinds[said.partition(":")[0]] += count
            if ":" in said:
                sentences[f"{family}: {re.sub('  +', ' ', said)}"] += count
        kinds["not reached"] = len(names) - kinds.total()
        row = [len(names), *(kinds[kind] for kind in (LOADS, "refused", "fails", LARGE, "not reached"))]
        totals.update(kinds)
        print(f"| {family} | {' | '.join(map(str, row))} |")
    print(f"\n{sum(map(len, families.values()))} architectures: {dict(totals)}")
    for sentence, count in sentences.most_common():
        print(f"{count} x {sentence}")
    return int(totals["fails"] > 0)


if __name__ == "__main__":
    sys.exit(main())
