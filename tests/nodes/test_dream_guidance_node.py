"""Dream Guidance on the real sampler: identity, effect, shapes, model families, and beside the host's own patches."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from softfocus.dream_guidance import split_bands
from testing.host_in_process import run_node
from testing.nets.tiny_diffusion import Family, build

pytestmark = pytest.mark.host
SAMPLERS = ("euler", "dpmpp_2m", "lcm")
CFGS = (1.0, 7.0)
ONES = {"detail_inside": 1.0, "detail_outside": 1.0}


@pytest.fixture(scope="module")
def node(pack: Any) -> Any:
    return importlib.import_module(pack.__name__ + ".nodes.dream_guidance")


@pytest.fixture(scope="module")
def guide(node: Any) -> Callable[..., Any]:
    """The MODEL that the node gives, other inputs at their defaults."""
    return lambda model, **changes: run_node(node.DreamGuidance, model=model, **changes).args[0]


@pytest.fixture(scope="module")
def families(pack: Any) -> Callable[[str], Family]:
    known: dict[str, Family] = {}
    return lambda name: known.setdefault(name, build(name))


@pytest.fixture(scope="module")
def sd15(families: Any) -> Family:
    return families("SD15")


def face(frames: int = 1) -> Tensor:
    """[frames, 192, 128]: the middle of a picture of the families' size."""
    mask = torch.zeros(frames, 192, 128)
    mask[:, 56:136, 32:96] = 1
    return mask


def detail_energy(latent: Tensor) -> tuple[float, float]:
    """Well inside and well outside `face`, for a latent 24 x 16."""
    fine = split_bands(latent.flatten(0, -4), 1.0)[1].square()
    total, inner = fine.sum(), fine[..., 9:15, 6:10].sum()
    return float(inner), float(total - fine[..., 4:20, 2:14].sum())


@pytest.mark.parametrize("cfg", CFGS)
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_ones_change_no_bit(guide, node, sd15, sampler, cfg):
    plain = sd15.sample(sd15.patcher, sampler, cfg)
    same = guide(sd15.patcher, **ONES, mask=face())
    assert torch.equal(sd15.sample(same, sampler, cfg), plain)
    forced = sd15.patcher.clone()  # the function itself, which the node leaves out then
    forced.set_model_sampler_post_cfg_function(node.MaskedGuidance(node.Gains(), 2.0, (0.0, 1.0), face()))
    assert torch.equal(sd15.sample(forced, sampler, cfg), plain)
    inside = guide(sd15.patcher, detail_inside=1.0, mask=torch.ones(1, 8, 8))
    assert torch.equal(sd15.sample(inside, sampler, cfg), plain)
    assert not torch.equal(sd15.sample(guide(sd15.patcher, mask=face()), sampler, cfg), plain)


@pytest.mark.parametrize("window", [(0.6, 0.4), (0.5, 0.5), (1.0, 0.0)])
def test_a_window_without_length_passes_the_model(guide, sd15, window):
    assert guide(sd15.patcher, start_percent=window[0], end_percent=window[1]) is sd15.patcher


def test_the_window_is_a_share_of_the_schedule(guide, sd15):
    model = sd15.patcher
    plain, whole = sd15.sample(model, steps=6), sd15.sample(guide(model), steps=6)
    early = sd15.sample(guide(model, end_percent=0.4), steps=6)
    late = sd15.sample(guide(model, start_percent=0.4), steps=6)
    results = [plain, whole, early, late]
    assert all(not torch.equal(a, b) for i, a in enumerate(results) for b in results[:i])
    # The last step of the "normal" schedule has the least noise that the model knows: percent 1.
    assert torch.equal(sd15.sample(guide(model, start_percent=0.9999), steps=1), sd15.sample(model, steps=1))


def test_the_model_that_came_stays_as_it_is(guide, sd15):
    options = dict(sd15.patcher.model_options)
    plain, mask = sd15.sample(sd15.patcher), face()
    kept = mask.clone()
    patched = guide(sd15.patcher, mask=mask)
    sd15.sample(patched)
    assert patched is not sd15.patcher and sd15.patcher.model_options == options and torch.equal(mask, kept)
    assert torch.equal(sd15.sample(sd15.patcher), plain)


@pytest.mark.parametrize("cfg", CFGS)
@pytest.mark.parametrize("name", ["SD15", "SDXL", "Flux", "Wan"])
def test_every_family_is_softer_outside_and_sharper_inside(guide, families, name, cfg):
    family = families(name)
    plain = family.sample(family.patcher, cfg=cfg)
    guided = family.sample(guide(family.patcher, detail_inside=1.5, mask=face()), cfg=cfg)
    assert guided.shape == plain.shape and guided.dtype == plain.dtype and torch.isfinite(guided).all()
    (inner, outer), (inner_before, outer_before) = detail_energy(guided), detail_energy(plain)
    assert inner > 1.1 * inner_before and outer < 0.8 * outer_before


@pytest.mark.parametrize("cfg", CFGS)
def test_no_mask_is_an_empty_mask(guide, sd15, cfg):
    without, empty = guide(sd15.patcher), guide(sd15.patcher, mask=torch.zeros(1, 64, 64))
    assert torch.equal(sd15.sample(without, cfg=cfg), sd15.sample(empty, cfg=cfg))
    inside = guide(sd15.patcher, detail_inside=0.3, mask=torch.ones(1, 64, 64))
    assert torch.equal(sd15.sample(without, cfg=cfg), sd15.sample(inside, cfg=cfg))


def test_mask_layouts_and_sizes_mean_the_same(guide, sd15):
    wanted = sd15.sample(guide(sd15.patcher, mask=face()))
    for mask in (face()[0], face()[:, None], face(2), face().half()):
        assert torch.equal(sd15.sample(guide(sd15.patcher, mask=mask)), wanted)
    large = face().repeat_interleave(2, -1).repeat_interleave(2, -2)
    assert (sd15.sample(guide(sd15.patcher, mask=large)) - wanted).abs().mean() < 0.05 * wanted.std()


def test_every_picture_has_its_own_mask(guide, sd15):
    both = torch.cat([face(), torch.ones(1, 192, 128)])
    guided = sd15.sample(guide(sd15.patcher, mask=both))
    for index in range(2):
        alone = sd15.sample(guide(sd15.patcher, mask=both[index : index + 1]))
        assert torch.allclose(guided[index], alone[index], atol=1e-4 * float(alone.std()))


def test_a_mask_that_cannot_fit_is_named(guide, sd15):
    with pytest.raises(ValueError, match="mask has 3 frames but the latent has 2; give 1 frame, or one for each"):
        sd15.sample(guide(sd15.patcher, mask=face(3)))
    with pytest.raises(ValueError, match="mask has shape"):
        guide(sd15.patcher, mask=torch.zeros(1, 8, 8, 3, 1))
    with pytest.raises(ValueError, match="detail_outside is -1"):
        guide(sd15.patcher, detail_outside=-1.0)
    with pytest.raises(ValueError, match="split_px is 0"):
        guide(sd15.patcher, split_px=0.0)


def test_masks_of_a_clip_are_resampled_over_its_latent_frames(pack):
    fitted = importlib.import_module(pack.__name__ + ".nodes.latent_mask").LatentMask
    ramp = torch.linspace(0, 1, 9)[:, None, None].expand(9, 16, 16)
    got = fitted(ramp).fit(torch.zeros(2, 4, 3, 8, 8))
    assert torch.allclose(got[:, 0, 4, 4], torch.tensor([0, 0.5, 1, 0, 0.5, 1]))
    each = fitted(ramp[:2] + torch.tensor([0.0, 0.5])[:, None, None]).fit(torch.zeros(2, 4, 3, 8, 8))
    assert torch.equal(each[:3], each[:1].expand(3, -1, -1, -1)) and each[3, 0, 0, 0] > 0.5


def test_the_mask_is_resized_once_for_each_of_the_last_shapes(pack, monkeypatch):
    module = importlib.import_module(pack.__name__ + ".nodes.latent_mask")
    mask, calls, resize = module.LatentMask(face()), [], module.mask_planes
    monkeypatch.setattr(module, "mask_planes", lambda *args: calls.append(1) or resize(*args))
    sizes = [torch.zeros(1, 4, 8 + index, 8) for index in range(module.KEPT + 1)]
    for latent in (sizes[0], sizes[0], sizes[1], sizes[0]):
        assert mask.fit(latent).shape == (1, 1, *latent.shape[-2:])
    assert len(calls) == 2
    for latent in (*sizes, sizes[0]):
        mask.fit(latent)
    assert len(calls) == module.KEPT + 2 and len(mask._fitted) == module.KEPT


def test_latents_without_a_picture_plane_pass(node):
    guidance = node.MaskedGuidance(node.Gains(2, 0), 2.0, (0.0, 1.0), None)
    sound = torch.randn(1, 64, 100)
    assert guidance({"denoised": sound}) is sound


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("uncond", [None, []])
def test_the_dtype_that_came_goes_back(node, sd15, dtype, uncond):
    guidance = node.MaskedGuidance(node.Gains(1.4, 0.3), 2.0, (0.0, 1.0), face())
    x0, u, x = torch.randn(3, 2, 4, 24, 16, generator=torch.Generator().manual_seed(0))
    args = {"uncond": uncond, "sigma": torch.ones(2), "model": sd15.patcher.model}

    def call(kind: torch.dtype) -> Tensor:
        latents = {"denoised": x0, "uncond_denoised": u, "input": x}
        return guidance({**args, **{name: latent.to(kind) for name, latent in latents.items()}})

    assert call(dtype).dtype == dtype
    assert torch.allclose(call(dtype).float(), call(torch.float32), atol=0.05)


def free_u(model: Any) -> Any:
    return importlib.import_module("comfy_extras.nodes_freelunch").FreeU().patch(model, 1.1, 1.2, 0.9, 0.2)[0]


def pag(model: Any) -> Any:
    return importlib.import_module("comfy_extras.nodes_pag").PerturbedAttentionGuidance.execute(model, 3.0).args[0]


def sag(model: Any) -> Any:
    return importlib.import_module("comfy_extras.nodes_sag").SelfAttentionGuidance.execute(model, 0.5, 2.0).args[0]


def fre_sca(model: Any) -> Any:
    return importlib.import_module("comfy_extras.nodes_fresca").FreSca.execute(model, 1.0, 1.25, 4).args[0]


def rescale_cfg(model: Any) -> Any:
    return importlib.import_module("comfy_extras.nodes_model_advanced").RescaleCFG().patch(model, 0.7)[0]


def differential(model: Any) -> Any:
    module = importlib.import_module("comfy_extras.nodes_differential_diffusion")
    return module.DifferentialDiffusion.execute(model).args[0]


PATCHES = [free_u, pag, sag, fre_sca, rescale_cfg, differential]
ORDER_MATTERS = {pag, sag}  # what they guide is shaped where they were patched in before
NEED_GUIDANCE = {fre_sca, rescale_cfg}  # without effect at cfg 1


@pytest.mark.parametrize("cfg", CFGS)
@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.__name__)
def test_it_composes_with_the_hosts_own_patches_in_either_order(guide, sd15, patch, cfg):
    fade = torch.linspace(0, 1, 16).expand(2, 1, 24, 16)
    changes = {"latent": torch.ones(2, 4, 24, 16), "noise_mask": fade} if patch is differential else {}

    def sample(model: Any) -> Tensor:
        return sd15.sample(model, cfg=cfg, **changes)

    def differ(one: Tensor, other: Tensor) -> bool:
        return float((one - other).abs().mean()) > 0.01 * float(other.std())

    ours = {"detail_inside": 1.5, "mask": face()}
    only_theirs, only_ours = sample(patch(sd15.patcher)), sample(guide(sd15.patcher, **ours))
    first, last = sample(patch(guide(sd15.patcher, **ours))), sample(guide(patch(sd15.patcher), **ours))
    for both in (first, last):
        assert torch.isfinite(both).all()
        assert differ(both, only_theirs)
        assert differ(both, only_ours) == (cfg != 1 or patch not in NEED_GUIDANCE)
    assert torch.equal(first, last) != (patch in ORDER_MATTERS)


def test_empty_frames_of_a_mask_are_named(node, sd15):
    def text(mask: Tensor | None) -> str:
        return run_node(node.DreamGuidance, model=sd15.patcher, mask=mask).ui["text"][0]

    assert text(torch.cat([face(), 0 * face(), face()])) == "mask is empty in frame 2: guided as outside of it there."
    for empty in (torch.zeros(1, 64, 64), torch.zeros(0, 192, 128), torch.full((2, 8, 8), torch.nan)):
        assert text(empty) == node.EMPTY
    assert text(None) == text(face()) == ""


def test_perp_neg_starts_from_its_empty_prompt(node, sd15):
    """PerpNegGuider hands over no negative prompt at neg_scale 0, though there is guidance."""
    guidance = node.MaskedGuidance(node.Gains(2, 2), 2.0, (0.0, 1.0), None)
    x0, empty, x = torch.randn(3, 1, 4, 8, 8)
    args = {"denoised": x0, "uncond": None, "uncond_denoised": torch.zeros_like(x0), "input": x}
    more = {"empty_cond": [], "empty_cond_denoised": empty, "sigma": torch.ones(1), "model": sd15.patcher.model}
    expected = x0 + split_bands(x0 - empty, 2.0)[1]
    assert torch.allclose(guidance({**args, **more}), expected, atol=1e-5)


def test_flow_models_hold_less_of_the_picture_the_noisier_they_are(node, families):
    for name, wanted in (("SD15", 1.0), ("Flux", 0.4)):
        args = {
            "sigma": torch.full((2,), 0.6),
            "model": families(name).patcher.model,
            "denoised": torch.zeros(2, 1, 1, 1),
        }
        assert torch.allclose(node._signal(args), torch.full((2, 1, 1, 1), wanted))


def test_the_window_follows_a_schedule_that_is_patched_in_later(node):
    guidance = node.MaskedGuidance(node.Gains(2, 0), 2.0, (0.0, 0.5), None)
    for middle, acts in ((1.0, False), (0.1, True)):
        sampling = SimpleNamespace(percent_to_sigma=lambda share, middle=middle: middle if share == 0.5 else 99.0)
        assert guidance._acts({"sigma": torch.tensor([0.5]), "model": SimpleNamespace(model_sampling=sampling)}) is acts
