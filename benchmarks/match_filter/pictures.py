"""Pictures of 1024 px and more on which nothing of Match a Filter was chosen: stills of wheels, photographs of npm."""

from __future__ import annotations

from collections.abc import Iterator

import skimage
from PIL import Image
from torch import Tensor

from testing.other_portraits import TEMPLATES as ASSETS
from testing.other_portraits import named_portraits
from testing.photographs import photographs
from testing.portraits import TEMPLATES, to_tensor

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
    for portrait in photographs():
        yield portrait.name, portrait.image
    yield "retina", to_tensor(Image.fromarray(skimage.data.retina()))
