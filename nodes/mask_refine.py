"""Mask Refine (Matting): from a rough mask to an alpha that follows hair and soft edges."""

from __future__ import annotations

import torch
from comfy_api.latest import io
from torch import Tensor

from ..softfocus.matting import refine_mask, unknown_band
from ..softfocus.matting.foreground import estimate_foreground
from ..softfocus.matting.vitmatte import vitmatte_alpha
from ..softfocus.units import percent_of_diagonal
from .host.batch import Batch
from .host.frames import Frames
from .host.schema import Schema, number
from .host.work import map_frames
from .matte_notes import Known, say
from .models.vitmatte_model import VitMatte, load_vitmatte, model_folders

FLOATS_PER_PIXEL = 96
FLOATS_PER_PIXEL_OF_TRIMAP = 132  # nearly all of a picture may be unknown
COLOR_LINES, VITMATTE = "colour lines", "ViTMatte"
AUTOMATIC = "automatic"


class MaskRefine(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return Schema(
            node_id="SoftFocusMaskRefine",
            display_name="Mask Refine (Matting)",
            description="Turns a rough mask into an alpha that follows hair and soft edges, and gives the colours of the "
            "foreground without the background that shines through them. Nothing to download.",
            search_aliases=[
                "alpha matting",
                "matte",
                "trimap",
                "hair mask",
                "refine edge",
                "vitmatte",
                "decontaminate",
            ],
            inputs=[
                io.Image.Input("image", tooltip="Picture or batch that the mask belongs to."),
                io.Mask.Input("mask", tooltip="1 = foreground, roughly. Resized to the picture."),
                number(
                    "band",
                    4,
                    0,
                    20,
                    0.25,
                    "Half the width of the strip along the mask's edge that is solved, in percent of the diagonal; the "
                    "rest of the mask is taken as certain. 0 returns the mask as it came. A painted unknown_mask takes "
                    "its place.",
                ),
                io.Int.Input(
                    "iterations",
                    default=3,
                    min=0,
                    max=8,
                    tooltip="Passes of colour lines, each from the pixels that the last one settled. Without effect with ViTMatte. "
                    "0 returns the mask as it came.",
                ),
                io.Combo.Input(
                    "backend",
                    options=[COLOR_LINES, VITMATTE],
                    default=COLOR_LINES,
                    tooltip="colour lines needs no model. ViTMatte is a net that you place in models/vitmatte/: "
                    "better where colours agree, slower.",
                ),
                io.Combo.Input(
                    "vitmatte_model",
                    options=[AUTOMATIC, *model_folders()],
                    default=AUTOMATIC,
                    tooltip="Folder of models/vitmatte/ with config.json and model.safetensors. automatic: the first. "
                    "Only for ViTMatte.",
                ),
                io.Mask.Input(
                    "other_masks",
                    optional=True,
                    tooltip="Other people in the picture: certain background, so that no hair of theirs is taken along.",
                ),
                io.Mask.Input(
                    "unknown_mask",
                    optional=True,
                    tooltip="A trimap's unknown part, painted by hand: 1 = solve here, in place of the band. Outside it "
                    "the mask is certain: foreground from 0.5 on. Where it is empty, the band is solved.",
                ),
            ],
            outputs=[
                io.Mask.Output(display_name="alpha", tooltip="1 = foreground, with the shares of its soft edges."),
                io.Image.Output(
                    display_name="foreground", tooltip="The picture with the foreground's own colours along its edge."
                ),
            ],
        )

    @classmethod
    def execute(
        cls,
        image: Tensor,
        mask: Tensor,
        band: float,
        iterations: int,
        backend: str = COLOR_LINES,
        vitmatte_model: str = AUTOMATIC,
        other_masks: Tensor | None = None,
        unknown_mask: Tensor | None = None,
    ) -> io.NodeOutput:
        merged = {"other_masks": _merged(other_masks, image), "unknown_mask": _merged(unknown_mask, image)}
        batch = Batch.of(image, masks={"mask": mask, **merged})
        painted = unknown_mask is not None and bool((unknown_mask >= 0.5).any())
        net = None
        if backend == VITMATTE and iterations > 0 and (band > 0 or painted):
            net = load_vitmatte("" if vitmatte_model == AUTOMATIC else vitmatte_model)
        known: dict[int, Known] = {}  # by frame: a chunk that runs again replaces what it gave before

        def op(frames: Frames) -> tuple[Tensor, Tensor]:
            alpha, foreground, found = _solve(frames, band, iterations, net)
            known.update(enumerate(found, frames.first))
            return alpha, foreground

        floats = FLOATS_PER_PIXEL if unknown_mask is None else FLOATS_PER_PIXEL_OF_TRIMAP
        alpha, foreground = map_frames(op, batch, outputs=("mask", "picture"), floats_per_pixel=floats)
        solver = COLOR_LINES if net is None else net.title
        text = say(batch, [known[index] for index in range(len(batch))], band, iterations, solver)
        return io.NodeOutput(alpha, foreground, ui={"text": (text,)})


def _solve(frames: Frames, band: float, iterations: int, net: VitMatte | None) -> tuple[Tensor, Tensor, list[Known]]:
    """Alpha and foreground of a chunk, and what was known; with a net, its alpha takes the place of the colour lines'."""
    rough, others, unknown = (frames.masks[name] for name in ("mask", "other_masks", "unknown_mask"))
    assert rough is not None
    band_px = percent_of_diagonal(frames.rgb, band)
    if net is None:
        matte = refine_mask(frames.rgb, rough, band_px, iterations, others, unknown=unknown)
        return matte.alpha, matte.foreground, Known.of_frames(rough, matte.band, unknown)
    band_plane = unknown_band(rough, band_px, others, unknown)
    known = Known.of_frames(rough, band_plane, unknown)
    both = torch.tensor([each.both for each in known], device=rough.device)[:, None, None, None]
    solved = (band_plane > 0) & both
    trimap = torch.where(solved, 0.5, (rough >= 0.5).float())
    net.load()
    alpha = torch.where(solved.amax((1, 2, 3), keepdim=True), vitmatte_alpha(net, frames.rgb, trimap), rough)
    return alpha, estimate_foreground(frames.rgb, alpha, solved), known


def _merged(masks: Tensor | None, image: Tensor) -> Tensor | None:
    """Several masks for one picture, as segmentation nodes give them a person each, as one mask of them all."""
    if masks is None or image.shape[0] != 1 or masks.ndim < 3 or masks.shape[0] < 2:
        return masks
    return masks.nan_to_num(0).amax(0, keepdim=True)
