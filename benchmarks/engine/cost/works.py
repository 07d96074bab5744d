"""What is counted: every node, as the host calls it, and the library's make_look; all at their defaults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import interpolate

from benchmarks.engine.scene import MASK_NODE, Scene
from benchmarks.image_engine.host import look
from softfocus.dream_guidance import Gains, shape_guidance
from softfocus.look import make_look
from testing.host_nodes import BLOOM, BLUR, SHARPEN, call

MAX_DELTA = 0.1
ENDS, BETWEEN = (0.25, 6.4), (0.37, 1.0)  # of max_delta, sigma in percent of the diagonal: at 1024 px 3.6 to 93 px
SCORE = "SoftFocusQualityScore"


@dataclass(frozen=True)
class Work:
    """run: on a scene; masked: whether a mask changes what it does; largest: side in pixels that it is counted at."""

    run: Callable[[Scene], object]
    masked: bool = True
    largest: int = 4096


def delta_name(sigma: float) -> str:
    return f"max_delta, sigma {sigma:g}"


def max_delta(sigma: float, largest: int) -> Work:
    return Work(
        lambda scene: call(BLUR, image=scene.image, sigma=sigma, max_delta=MAX_DELTA), masked=False, largest=largest
    )


def guidance(scene: Scene) -> Tensor:
    """Dream Guidance's own share of a step, on four latent channels of an eighth of the side."""
    mask = interpolate(scene.mask, scale_factor=1 / 8, mode="area")
    latent = interpolate(scene.picture, scale_factor=1 / 8, mode="area")[:, [0, 1, 2, 0]]
    return shape_guidance(latent, latent.flip(-1), mask, Gains(detail_inside=1.4, detail_outside=0.3), 2.0)


# Load Vision Encoder is not there: it reads a file.
WORKS = {
    "make_look": Work(lambda scene: make_look(scene.picture, scene.mask)),
    "three nodes": Work(lambda scene: look(scene.image, scene.host_mask)),
    "blur": Work(lambda scene: call(BLUR, image=scene.image, protect_mask=scene.host_mask)),
    "bloom": Work(lambda scene: call(BLOOM, image=scene.soft), masked=False),
    "sharpen": Work(
        lambda scene: call(SHARPEN, image=scene.bloomed, detail_source=scene.image, mask=scene.host_mask),
    ),
    **{delta_name(sigma): max_delta(sigma, 4096) for sigma in ENDS},
    **{delta_name(sigma): max_delta(sigma, 1024) for sigma in BETWEEN},
    "diffusion": Work(lambda scene: call("SoftFocusDiffusionFilter", image=scene.image), masked=False),
    "halation": Work(lambda scene: call(BLOOM, image=scene.soft, halation=1.0), masked=False),
    "mask": Work(lambda scene: call(MASK_NODE, image=scene.image), masked=False, largest=1024),
    "refine": Work(lambda scene: call("SoftFocusMaskRefine", image=scene.image, mask=scene.host_mask), largest=1024),
    "score": Work(
        lambda scene: call(SCORE, image=scene.sharp, reference=scene.image, mask=scene.host_mask),
        largest=1024,
    ),
    "score, boxes": Work(
        lambda scene: call(SCORE, image=scene.sharp, reference=scene.image, mask=scene.host_mask, bboxes=scene.boxes),
        largest=1024,
    ),
    "dreamy": Work(
        lambda scene: call("SoftFocusDreamyButSharp", image=scene.image, mask=scene.host_mask), largest=1024
    ),
    "match": Work(
        lambda scene: call("SoftFocusMatchFilter", image_without=scene.image, image_with=scene.filtered),
        masked=False,
        largest=1024,
    ),
    "guidance": Work(guidance, largest=1024),
}
