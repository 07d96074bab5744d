"""What ComfyUI sees: one file a node; host/ knows ComfyUI, preview/ and models/ serve several nodes."""

from __future__ import annotations

from comfy_api.latest import ComfyExtension, io

from .diffusion_filter import DiffusionFilter
from .dream_guidance import DreamGuidance
from .dreamy_but_sharp import DreamyButSharp
from .face_detail_mask import FaceDetailMask
from .feature_sharpen import FeatureSharpen
from .load_vision_encoder import LoadVisionEncoder
from .luminance_bloom import LuminanceBloom
from .mask_refine import MaskRefine
from .match_filter import MatchFilter
from .preview import route
from .quality_score import QualityScore
from .selective_gaussian_blur import SelectiveGaussianBlur
from .track_faces import TrackFaces

NODES: list[type[io.ComfyNode]] = [
    FaceDetailMask,
    MaskRefine,
    SelectiveGaussianBlur,
    LuminanceBloom,
    FeatureSharpen,
    QualityScore,
    LoadVisionEncoder,
    DreamGuidance,
    DiffusionFilter,
    MatchFilter,
    DreamyButSharp,
    TrackFaces,
]


class SoftFocusExtension(ComfyExtension):
    async def get_node_list(self) -> list[type[io.ComfyNode]]:
        route.register(NODES)  # here, since hosts before 0.14 never call on_load
        return NODES
