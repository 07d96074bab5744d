"""Imaging library of SoftFocus: pure torch functions on [B, C, H, W] float32, no ComfyUI.

What others may call is `__all__`; the paths below are private. Importing it reads no weights.
"""

from .bloom import luminance_bloom
from .diffusion import diffusion_filter
from .face_box import FaceBox
from .faces.detail_mask import face_detail_mask, find_face_boxes
from .filters.gaussian import gaussian_blur, gaussian_mixture
from .look import Look, make_look
from .selective_blur import selective_gaussian_blur
from .settings import BloomSettings, BlurSettings, DiffusionSettings, LookSettings, MaskSettings, SharpenSettings
from .sharpen import Sharpened, feature_sharpen

__all__ = [
    "BloomSettings",
    "BlurSettings",
    "DiffusionSettings",
    "FaceBox",
    "Look",
    "LookSettings",
    "MaskSettings",
    "SharpenSettings",
    "Sharpened",
    "diffusion_filter",
    "face_detail_mask",
    "feature_sharpen",
    "find_face_boxes",
    "gaussian_blur",
    "gaussian_mixture",
    "luminance_bloom",
    "make_look",
    "selective_gaussian_blur",
]
