"""Dream Guidance: detail inside and outside the mask over gains and splits, on two samplers, and what it costs.

`python -m benchmarks.dream_guidance [toy] [host] [cost]`; without a name, all three. Energies are those of fine detail
in the final latent, over the same run without the node.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from benchmarks.dream_guidance import host as dream_host
from benchmarks.timing import side_by_side
from softfocus.dream_guidance import Gains, shape_guidance, shape_prediction
from testing.dream.measures import HEADER, compare, face_mask
from testing.dream.toy import SIZE, GaussianModel

SEED = 0
STEPS = 26
GAINS = ((1.0, 1.0), (1.5, 0.3), (1.4, 0.3), (1.3, 0.5), (2.0, 0.0))
SPLITS = (1.0, 2.0, 4.0)
SHARES = (0.5, 0.25, 0.1)  # of the pictures' variance that the prompt explains
CFGS = (7.0, 1.0)
HOST_SIZE = (48, 32)
MISSED = "  < aim (1.3, 0.3, 0.99, 1.1) missed"

Run = Callable[[float, tuple[float, float], float], tuple[Tensor, Tensor]]


def table(run: Run, mask: Tensor, cfg: float, aims: bool) -> None:
    """One row for each pair of gains at split 2, then one for each other split."""
    print("detail inside, outside  split" + HEADER)
    for gains, split_px in rows():
        change = compare(*run(cfg, gains, split_px), mask, split_px)
        met = change.inside >= 1.3 and change.outside <= 0.3 and change.form >= 0.99 and change.seam <= 1.1
        wanted = aims and gains in GAINS[1:3]
        print(f"{gains[0]:14.1f} {gains[1]:8.1f} {split_px:6.1f}{change}{MISSED if wanted and not met else ''}")


def rows() -> Iterator[tuple[tuple[float, float], float]]:
    for gains in GAINS:
        yield gains, 2.0
    for split_px in SPLITS:
        if split_px != 2.0:
            yield GAINS[1], split_px


def toy() -> None:
    mask = face_mask((SIZE, SIZE))
    for share in SHARES:
        model = GaussianModel(SEED, share)
        start = model.start()

        def run(
            cfg: float, gains: tuple[float, float], split_px: float, model: GaussianModel = model, start: Tensor = start
        ) -> tuple[Tensor, Tensor]:
            def shape(denoised: Tensor, unguided: Tensor | None, noisy: Tensor) -> Tensor:
                if unguided is None:
                    return shape_prediction(denoised, noisy, 1.0, mask, Gains(*gains), split_px)
                return shape_guidance(denoised, unguided, mask, Gains(*gains), split_px)

            return model.sample(start, cfg, STEPS), model.sample(start, cfg, STEPS, shape)

        for cfg in CFGS:
            print(f"\nGaussian pictures, {share:.0%} of their variance by the prompt, cfg {cfg:.0f}, {STEPS} steps")
            table(run, mask, cfg, aims=share == SHARES[0])


def host() -> None:
    model, mask = dream_host.tiny_model(), face_mask(HOST_SIZE)
    for cfg, tokens in ((7.0, 77), (7.0, 1), (1.0, 77)):
        plain = dream_host.sample(model, cfg, HOST_SIZE, tokens)

        def run(
            cfg: float, gains: tuple[float, float], split_px: float, tokens: int = tokens, plain: Tensor = plain
        ) -> tuple[Tensor, Tensor]:
            inputs = {"detail_inside": gains[0], "detail_outside": gains[1], "split_px": split_px}
            patched = dream_host.guided(model, mask=mask[0], **inputs)
            return plain, dream_host.sample(patched, cfg, HOST_SIZE, tokens)

        print(
            f"\nKSampler, random-weight SD1.5-shaped checkpoint, prompts of {tokens} random token{'s' * (tokens > 1)},"
        )
        print(f"cfg {cfg:.0f}, {dream_host.STEPS} steps, euler")
        table(run, mask, cfg, aims=False)
    ones = dream_host.guided(model, mask=mask[0], detail_inside=1.0, detail_outside=1.0)
    for sampler in ("euler", "dpmpp_2m", "lcm"):
        for cfg in CFGS:
            latents = [dream_host.sample(each, cfg, HOST_SIZE, sampler=sampler, steps=4) for each in (model, ones)]
            print(f"all gains 1, {sampler}, cfg {cfg:.0f}: bit-identical {torch.equal(*latents)}")


def cost() -> None:
    model, unet = dream_host.tiny_model(), dream_host.full_unet()
    works = {f"Dream Guidance, cfg {cfg:.0f}": dream_host.guidance_call(cfg, SIZE, model) for cfg in CFGS}
    times = side_by_side({**works, "SD1.5's UNet (2 prompts)": lambda: dream_host.full_unet_call(unet, SIZE)})
    print(f"\nOne step at {SIZE} x {SIZE} latents, {torch.get_num_threads()} threads, milliseconds")
    for name, milliseconds in times.items():
        print(f"{name:<26}{milliseconds:9.2f}")


def main(names: Sequence[str] = ()) -> None:
    parts = {"toy": toy, "host": host, "cost": cost}
    for name in names or parts:
        parts[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
