"""The settings that were chosen, a line a node, as they are typed into the nodes, and what they gave."""

from __future__ import annotations

from ..settings import BloomSettings, SharpenSettings
from .figures import Figures
from .tune import Tuned
from .wanted import HALF_WIDTH, Wanted

NO_CLEAR = "no place is kept clear, or there is no detail in it"
NO_OUTSIDE = "there is no detail outside that could soften"
NAMES = {
    "kept_clear": "detail at eyes and mouth",
    "kept_outside": "detail outside",
    "clipped_percent": "clipped pixels",
    "tone_shift": "tone shift",
    "overshoot": "overshoot",
    "halo": "halo",
}


def describe_settings(tuned: Tuned, wanted: Wanted) -> str:
    """Lines for Selective Gaussian Blur, Luminance Bloom and Feature Sharpen, and one on all that has a limit."""
    settings, figures = tuned.settings, tuned.figures
    return "\n".join(
        (
            f"Selective Gaussian Blur: sigma {settings.blur.sigma:g} (% of diagonal). "
            + _kept("detail outside", figures.kept_outside, wanted.kept_outside, NO_OUTSIDE),
            f"Luminance Bloom: {_bloom(settings.bloom)}. It grows with dream, as far as the face keeps its tones.",
            f"Feature Sharpen: {_sharpen(settings.sharpen)}. "
            + _kept("detail at eyes and mouth", figures.kept_clear, wanted.kept_clear, NO_CLEAR),
            f"Faults: {_faults(figures)}. {_verdict(figures, wanted)} Tried {tuned.evaluations} "
            f"setting{'s' * (tuned.evaluations > 1)}.",
        )
    )


def _bloom(bloom: BloomSettings) -> str:
    return f"intensity {bloom.intensity:g}, threshold {bloom.threshold:g}, radius {bloom.radius:g}, tint {bloom.tint}"


def _sharpen(sharpen: SharpenSettings) -> str:
    shares = {name: getattr(sharpen, name) for name in ("fine", "medium", "coarse")}
    turned = [f"{name} {share:g}" for name, share in shares.items() if share != 1]
    return ", ".join([f"amount {sharpen.amount:g}", *turned])


def _kept(name: str, value: float | None, aim: float, otherwise: str) -> str:
    if value is None:
        return f"Not measured: {otherwise}."
    low, high = 100 * (aim - HALF_WIDTH), 100 * (aim + HALF_WIDTH)
    return f"{100 * value:.0f} % of the {name} is kept, for {low:.0f} to {high:.0f} % asked."


def _faults(figures: Figures) -> str:
    return (
        f"{figures.clipped_percent:.2f} % more clipped pixels, tones moved by {figures.tone_shift:.2f}/255, overshoot "
        f"{figures.overshoot:.1f}/255, halo {figures.halo:.1f}/255"
    )


def _verdict(figures: Figures, wanted: Wanted) -> str:
    missed = [NAMES[name] for name, beyond in wanted.beyond(figures).items() if beyond > 0]
    return f"Not reached: {', '.join(missed)}." if missed else "All within what is asked."
