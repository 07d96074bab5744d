"""One state of opencv_matrix: every node at its defaults on NASA's portrait, in the environment that runs this.

python tools/host/opencv_nodes.py FOLDER
Leaves FOLDER/results.safetensors ("row/output": pictures, masks and latents in 1/255, scores in points), and
FOLDER/said.json: by row what went wrong, "" where nothing did, and under "" the versions.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy
import torch
from safetensors.torch import save_file
from torch import Tensor

torch.set_num_threads(1)
STEPS = 255
Row = tuple[str, Callable[[], tuple[Any, ...]]]


def rows(call: Callable[..., tuple[Any, ...]], models: Path) -> Iterator[Row]:
    """Each node as the workflows connect it. Later rows use what the first ones give."""
    from testing.faces.portrait import picture
    from testing.nets.tiny_vision import save_timm

    image = picture().movedim(1, -1)
    clip = torch.cat([image.roll((2 * step, 3 * step), (1, 2)) for step in range(3)])
    mask, _, boxes, _ = call("SoftFocusFaceDetailMask", image=image)
    white = call("SoftFocusDiffusionFilter", image=image)[0]
    soft = call("SoftFocusSelectiveGaussianBlur", image=image, protect_mask=mask, bboxes=boxes)[0]
    returns = {"image": soft, "detail_source": image, "mask": mask, "bboxes": boxes}
    save_timm(models / "vision_encoders" / "net.safetensors", "test_vit")

    def encoder() -> Any:
        return call("SoftFocusLoadVisionEncoder", model_name="test_vit", weights="net.safetensors")[0]

    def with_yunet() -> tuple[Any, ...]:
        (models / "face_detection").mkdir()
        shutil.copy(os.environ["SOFTFOCUS_YUNET"], models / "face_detection" / "yunet.onnx")
        return call("SoftFocusFaceDetailMask", image=image)

    yield "Face Detail Mask", lambda: call("SoftFocusFaceDetailMask", image=image)
    yield "the same, a clip followed", lambda: call("SoftFocusFaceDetailMask", image=clip, missing_frames="previous")
    yield "Mask Refine", lambda: call("SoftFocusMaskRefine", image=image, mask=mask)
    yield "Selective Gaussian Blur", lambda: call("SoftFocusSelectiveGaussianBlur", image=image, protect_mask=mask)
    yield "Luminance Bloom", lambda: call("SoftFocusLuminanceBloom", image=image, bboxes=boxes)
    yield "Diffusion Filter", lambda: call("SoftFocusDiffusionFilter", image=image)
    yield "Match a Filter", lambda: call("SoftFocusMatchFilter", image_without=image, image_with=white)
    yield "Dreamy but Sharp", lambda: call("SoftFocusDreamyButSharp", image=image)
    yield "Feature Sharpen", lambda: call("SoftFocusFeatureSharpen", **returns)
    yield "the same with an encoder", lambda: call("SoftFocusFeatureSharpen", **returns, encoder=encoder())
    yield "Load Vision Encoder", lambda: (encoder().encode(torch.full((1, 3, 160, 160), 0.5)),)
    yield "Quality Score", lambda: call("SoftFocusQualityScore", image=soft, reference=image, mask=mask)[:2]
    yield "Dream Guidance", lambda: _guided(call, mask)
    if os.environ.get("SOFTFOCUS_YUNET"):
        yield "Face Detail Mask with YuNet", with_yunet


def _guided(call: Callable[..., tuple[Any, ...]], mask: Tensor) -> tuple[Tensor]:
    from testing.nets.tiny_diffusion import build

    model = build("SD15")
    return (model.sample(call("SoftFocusDreamGuidance", model=model.patcher, mask=mask)[0]),)


def _opencv() -> str:
    """What `import cv2` gives."""
    try:
        import cv2
    except Exception as error:
        return f"no OpenCV ({type(error).__name__})"
    version = getattr(cv2, "__version__", "without anything in it")
    return f"OpenCV {version}{', with ximgproc' if hasattr(cv2, 'ximgproc') else ''}"


def main(folder: Path) -> None:
    from testing.host_nodes import call, nodes

    nodes()
    import folder_paths

    models = folder / "models"
    shutil.rmtree(models, ignore_errors=True)
    folder_paths.models_dir = str(models)
    said = {
        "": f"{_opencv()}, Python {platform.python_version()}, numpy {numpy.__version__}, torch {torch.__version__}"
    }
    results: dict[str, Tensor] = {}
    for row, run in rows(call, models):
        said[row] = ""
        try:
            for index, value in enumerate(run()):
                if isinstance(value, Tensor):
                    results[f"{row}/{index}"] = (STEPS * value.float()).contiguous().clone()
                elif isinstance(value, float):
                    results[f"{row}/{index}"] = torch.tensor(value)
        except Exception:
            said[row] = traceback.format_exc(limit=-3)
    save_file(results, folder / "results.safetensors")
    (folder / "said.json").write_text(json.dumps(said))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
