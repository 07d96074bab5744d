"""What Feature Sharpen costs at 4K with an encoder at four times its density: seconds, memory, answer to interruption.

`python -m benchmarks.feature_cost`: DINOv2's small ViT with random weights, through Load Vision Encoder (timm).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from benchmarks.image_engine.memory import answer_time
from benchmarks.image_engine.pictures import as_image, photo
from benchmarks.peak_memory import peak_bytes, restarted_peak_bytes
from testing.host_nodes import SHARPEN, call, nodes

MODEL = "vit_small_patch14_dinov2.lvd142m"
HEIGHT, WIDTH = 2160, 3840
FACTORS = ("1", "2", "4")


def main() -> None:
    print(f"Feature Sharpen at {WIDTH} x {HEIGHT}, {MODEL} with random weights, two threads")
    print("upsample  seconds  memory beyond input and outputs  answer to an interruption")
    for factor in FACTORS:
        # A process of its own: what one run has freed would serve the next unseen.
        command = [sys.executable, "-m", "benchmarks.feature_cost", factor]
        done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).resolve().parents[2])
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        found = json.loads(done.stdout.splitlines()[-1])
        frames = found["peak"] / (12 * HEIGHT * WIDTH)
        print(
            f"{factor:>8} {found['seconds']:8.1f} {found['peak'] / 1e6:10.0f} MB, {frames:4.1f} frames' worth ", end=""
        )
        print(f"{found['interrupt']:18.2f} s")


def measure(factor: str) -> dict[str, float]:
    encoder = _encoder()
    call(SHARPEN, image=as_image(photo(256)), encoder=encoder)
    image = as_image(photo(HEIGHT, WIDTH))
    before, start = restarted_peak_bytes(), time.perf_counter()
    made = call(SHARPEN, image=image, encoder=encoder, upsample=factor)
    seconds = time.perf_counter() - start
    peak = peak_bytes() - before - sum(value.nbytes for value in made)
    inputs = {"image": image, "encoder": encoder, "upsample": factor}
    return {"seconds": seconds, "peak": peak, "interrupt": answer_time(SHARPEN, inputs, 0.4 * seconds)}


def _encoder() -> Any:
    import folder_paths
    import timm
    from safetensors.torch import save_file

    with tempfile.TemporaryDirectory() as folder:
        net = timm.create_model(MODEL.split(".")[0], pretrained=False)
        path = Path(folder, "vision_encoders", "random.safetensors")
        path.parent.mkdir()
        save_file({name: value.contiguous() for name, value in net.state_dict().items()}, path)
        folder_paths.models_dir = folder
        return nodes()["SoftFocusLoadVisionEncoder"].execute(model_name=MODEL, weights=path.name).args[0]


if __name__ == "__main__":
    torch.set_num_threads(2)
    nodes()
    if len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[1])))
    else:
        main()
