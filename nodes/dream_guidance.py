"""Dream Guidance: detail is guided more inside a mask and less outside it, while the picture is sampled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import torch
from comfy.patcher_extension import WrappersMP
from comfy_api.latest import io
from torch import Tensor

from ..softfocus.dream_guidance import Gains, shape_guidance, shape_prediction, split_bands
from ..softfocus.frame_names import name_frames
from .host.late import say_late
from .host.schema import Schema, number
from .latent_mask import LatentMask
from .squeezed_mask import SqueezeWatch

STEP = 0.05
EMPTY = "mask is empty: the whole picture is guided as outside of it."


class DreamGuidance(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return Schema(
            node_id="SoftFocusDreamGuidance",
            display_name="Dream Guidance",
            description="Makes the sampler itself draw fine detail inside the mask and softness outside it: what the prompt "
            "adds in every step is split into structure and detail, each with a gain inside and outside. Works with any "
            "model; at cfg 1 it acts on the denoised prediction. All gains at 1: the model as it came.",
            search_aliases=["masked cfg", "guidance", "frequency guidance", "detail guidance", "soft focus", "dreamy"],
            inputs=[
                io.Model.Input(
                    "model",
                    tooltip="It stays as it is; the copy that comes out is guided. What other nodes patched into it before "
                    "(PAG, SAG) is shaped too, what they patch in afterwards is not. FreeU and RescaleCFG: any order.",
                ),
                number(
                    "detail_inside",
                    1.4,
                    0,
                    4,
                    STEP,
                    "Gain of fine detail where the mask is 1. 1 changes nothing; below 0 is refused.",
                ),
                number(
                    "detail_outside",
                    0.3,
                    0,
                    4,
                    STEP,
                    "Gain of fine detail where the mask is 0. 0: none is guided; what the model draws without the prompt remains.",
                ),
                number("structure_inside", 1, 0, 4, STEP, "Gain of coarse form and tone where the mask is 1.", True),
                number("structure_outside", 1, 0, 4, STEP, "Gain of coarse form and tone where the mask is 0.", True),
                number(
                    "split_px",
                    2,
                    0.25,
                    32,
                    0.25,
                    "Where detail ends and structure begins: sigma in latent pixels (8 pixels of the picture each).",
                    True,
                ),
                number("start_percent", 0, 0, 1, 0.01, "Share of the schedule from which it acts.", True),
                number(
                    "end_percent",
                    1,
                    0,
                    1,
                    0.01,
                    "Share of the schedule up to which it acts. Not above start_percent: it never acts, the model passes as it is.",
                    True,
                ),
                io.Mask.Input(
                    "mask",
                    optional=True,
                    tooltip="1 = inside: the detail mask of a first pass, at any size. One frame, or one for each picture. "
                    "Not connected or empty: all is outside. All 1: all is inside.",
                ),
            ],
            hidden=[io.Hidden.unique_id],
            outputs=[io.Model.Output(display_name="model", tooltip="The model with this guidance, for a sampler.")],
        )

    @classmethod
    def execute(
        cls,
        model: Any,
        detail_inside: float,
        detail_outside: float,
        structure_inside: float,
        structure_outside: float,
        split_px: float,
        start_percent: float,
        end_percent: float,
        mask: Tensor | None = None,
    ) -> io.NodeOutput:
        gains = Gains(detail_inside, detail_outside, structure_inside, structure_outside)
        guidance = MaskedGuidance(gains, split_px, (start_percent, end_percent), mask)
        text = "" if mask is None else _text(guidance.mask.empty)
        if gains.neutral or start_percent >= end_percent:
            return io.NodeOutput(model, ui={"text": (text,)})
        patched = model.clone()
        patched.set_model_sampler_post_cfg_function(guidance)
        node_id = None if cls.hidden is None else cls.hidden.unique_id
        watch = SqueezeWatch(guidance.mask, partial(say_late, "Dream Guidance", node_id))
        patched.add_wrapper_with_key(WrappersMP.OUTER_SAMPLE, "softfocus", watch)
        return io.NodeOutput(patched, ui={"text": (text,)})


def _text(empty: Sequence[bool]) -> str:
    """What the node says of a mask that is empty, or of the frames in which it is."""
    if all(empty):
        return EMPTY
    frames = [index for index, each in enumerate(empty, 1) if each]
    return f"mask is empty in {name_frames(frames)}: guided as outside of it there." if frames else ""


class MaskedGuidance:
    """A post-CFG function of the host: it sees what guided the prediction, however that was done.

    A function before CFG would have to change the conditional prediction, from which PAG and others then
    take their difference: the gains would be multiplied by their scales too.
    """

    def __init__(self, gains: Gains, split_px: float, window: tuple[float, float], mask: Tensor | None) -> None:
        split_bands(torch.zeros(1, 1, 1, 1), split_px)  # a wrong split is said now, not while sampling
        self._gains, self._split_px, self._window = gains, split_px, window
        self.mask = LatentMask(torch.zeros(1, 1, 1) if mask is None else mask)

    def __call__(self, args: Mapping[str, Any]) -> Tensor:
        denoised = args["denoised"]
        if denoised.ndim not in (4, 5) or not self._acts(args):  # 3: sound and shapes have no picture plane
            return denoised
        frames = _as_frames(denoised)
        mask, unguided = self.mask.fit(denoised), _unguided(args)
        if unguided is None:
            signal = _signal(args).repeat_interleave(len(frames) // len(denoised), 0)
            shaped = shape_prediction(frames, _as_frames(args["input"]), signal, mask, self._gains, self._split_px)
        else:
            shaped = shape_guidance(frames, _as_frames(unguided), mask, self._gains, self._split_px)
        return _like(shaped, denoised)

    def _acts(self, args: Mapping[str, Any]) -> bool:
        """Whether the step lies in the window, by the schedule that the model has now."""
        start, end = (args["model"].model_sampling.percent_to_sigma(share) for share in self._window)
        return float(end) <= float(args["sigma"].max()) <= float(start)


def _unguided(args: Mapping[str, Any]) -> Tensor | None:
    """The prediction that guidance started from; None at cfg 1, when the host leaves it out."""
    if args.get("empty_cond") is not None:  # PerpNegGuider starts from an empty prompt
        return args["empty_cond_denoised"]
    return args["uncond_denoised"] if args["uncond"] is not None else None


def _signal(args: Mapping[str, Any]) -> Tensor:
    """[B, 1, 1, 1] float32: factor of the clean latent in the noisy one."""
    sigma = args["sigma"].float().expand(len(args["denoised"]))
    one = torch.ones(len(sigma), 1, 1, 1, device=sigma.device)
    return args["model"].model_sampling.noise_scaling(sigma, torch.zeros_like(one), one)


def _as_frames(latent: Tensor) -> Tensor:
    """[B, C, H, W] or [B, C, T, H, W] to [B or B * T, C, H, W] float32."""
    return (latent.movedim(2, 1).flatten(0, 1) if latent.ndim == 5 else latent).float()


def _like(frames: Tensor, latent: Tensor) -> Tensor:
    """Frames back in the layout and dtype of the latent."""
    if latent.ndim == 5:
        frames = frames.unflatten(0, (latent.shape[0], latent.shape[2])).movedim(1, 2)
    return frames.to(latent.dtype)
