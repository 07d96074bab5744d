"""The portraits of `benchmarks.quality_ladder`: stills of four wheels on which nothing of the score was tuned.

The totals of the first three were looked at once before the last changes of the score, those of the fourth never.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from torch import Tensor
from torch.nn.functional import interpolate

from benchmarks.faces.__main__ import NO_YUNET
from testing.faces.reference import NativeYuNet, yunet_file
from testing.other_portraits import TEMPLATES, other_portraits
from testing.portraits import portraits

WHEELS = (
    TEMPLATES,
    "comfyui-workflow-templates-media-assets-02==0.1.24",
    "comfyui-workflow-templates-media-other==0.3.229",
    "comfyui-workflow-templates-media-api==0.3.84",
)
DRAWN = {  # drawings, title cards and an animal, told by eye after the first totals
    "api_bytedance_seed_audio1_0_ti2a-1",
    "api_google_nano_banana2_image_edit_continuation-1",
    "image_anima_lllite_any_control_to_image-1",
    "image_anima_lllite_any_control_to_image-2",
    "image_qwen_image_edit_2511_int8-1",
    "api_elevenlabs_v4_text_to_speech-1",
    "api_heygen_voice_1_turbo-1",
    "api_ideogram_vector_1_text_to_svg-1",
    "api_veed_clean_audio-1",
    "api_veed_clean_audio_video-1",
    "api_veed_fabric_1_0-1",
    "api_veed_lipsync_2_0-1",
    "template_qwen_image_illustration_lora-1",
    "api_bfl_flux_1_kontext_pro_image-1",
    "api_bria_image_outpainting-1",
    "api_stability_ai_i2i-2",
}
LARGEST_PX = 1024
THUMBNAIL_PX = 16
SAME = 0.03  # mean difference of two thumbnails below which they are taken for one picture


def ladder_portraits(wheels: Sequence[str] = WHEELS) -> Iterator[tuple[str, Tensor]]:
    """Name and picture [1, 3, H, W] sRGB in whole levels, at most 1024 px a side, each once and none that is annotated.

    Raises:
        FileNotFoundError: YuNet's file, which picks the portraits, is not there.
    """
    path = yunet_file()
    if path is None:
        raise FileNotFoundError(f"YuNet picks the portraits; {NO_YUNET}")
    net = NativeYuNet(path)
    seen = [_thumbnail(portrait.image) for portrait in portraits()]
    for wheel in wheels:
        for portrait in other_portraits(lambda image: [face.box for face in net(image)[0]], wheel):
            small = _thumbnail(portrait.image)
            if all(float((small - other).abs().mean()) > SAME for other in seen):
                seen.append(small)
                yield portrait.name, _fitted(portrait.image)


def _thumbnail(image: Tensor) -> Tensor:
    return interpolate(image, (THUMBNAIL_PX, THUMBNAIL_PX), mode="area")


def _fitted(image: Tensor) -> Tensor:
    scale = LARGEST_PX / max(image.shape[-2:])
    if scale >= 1:
        return image
    size = [round(side * scale) for side in image.shape[-2:]]
    return (interpolate(image, size, mode="bicubic", antialias=True).clamp(0, 1) * 255).round() / 255
