"""One number for the look: blooms and softens everywhere, the face stays clear, and no faults.

    score = 100 * (weighted mean of the looks' parts) * (product of the faults' parts)

Every part is bounded by 0 and 1 and monotone in one measurement. A *look* grows in a straight line
from 0 at `bad` to 1 at `good` and stays there. A *fault* is 1 up to `good`, 1/2 at `bad` and tends
to 0 beyond it: 1 / (1 + ((x - good) / (bad - good))^2). So

    100  every look is at its target and no fault is visible,
     50  half of the look is there without a fault, or the whole look with one fault at its `bad` value,
      0  nothing of the look is there, or a fault is far beyond its `bad` value.

Which parts enter:

    reference and mask   looks: detail kept inside, softened outside, selectivity, glow
                         faults: face drift, form lost in the face, form that ends at the face, sharpening,
                         seam, halo, clipping, colour drift
    reference only       looks: detail not lost, softened, glow of the whole picture
                         faults: form lost, sharpening, halo, clipping, colour drift; nothing is known about the face
    mask only            looks: detail inside over outside, softness outside
                         faults: wide edges inside, noise, blocks, ringing, burnt highlights
    neither              faults: little fine detail, darkness, burnt parts, neighbouring pixels too much alike, little
                         contrast over noise, noise, blocks, ringing. Without a look the weighted mean is 1, and the
                         score says how clear the picture is, as people do who see it at a glance: p, the product of its
                         faults, is shown as 100 (1 - (1 - p)^1.5), so that good photographs are at about 90. Black
                         costs a fifth of p at most, since a picture may be dark by choice.

Without a reference a picture that shows next to nothing, such as one bright pixel on black, loses by the square of what
it shows over the least that can be judged.

Scores of different rows are not comparable. The targets were set on 65 portraits and two pictures of the tests, with
good and bad effects (benchmarks/quality_effect/__main__.py), those with a mask only on 56 pictures made worse step by
step (benchmarks/quality_ladder/__main__.py), and those with neither on what people thought of 3,600 photographs and on
such steps (benchmarks/opinion/__main__.py). A picture equal to its reference scores 30 with a mask and 37.5 without:
its detail is all there, nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..effect.effect import Effect

STRETCH = 1.5  # for a picture alone: good photographs are at about 90


@dataclass(frozen=True)
class Goal:
    """What is wanted of one measurement.

    Attributes:
        name: what people call it.
        source: attribute of `Effect`.
        unit: of the attribute, as printed after the number.
        good, bad: where the part is 1, and where it is 0 (look) or 1/2 (fault); either may be the larger.
        weight: share among the looks; 0 marks a fault.
        referenced: whether it applies to pictures with a reference or to those without.
        masked: whether, of those without, it applies to pictures with a usable mask or to those without one.
    """

    name: str
    source: str
    unit: str
    good: float
    bad: float
    weight: float = 0.0
    referenced: bool = True
    masked: bool = True

    @property
    def wants_more(self) -> bool:
        return self.good > self.bad

    @property
    def target(self) -> str:
        """The wanted range as text."""
        return f"{'>=' if self.wants_more else '<='} {self.good:g}"

    def part(self, value: float) -> float:
        """Score of one measurement, 0..1."""
        progress = (value - self.good) / (self.bad - self.good)
        if self.weight > 0:
            return min(1.0, max(0.0, 1.0 - progress))
        return 1.0 / (1.0 + max(0.0, progress) ** 2)


GOALS = (
    Goal("detail kept in the mask", "kept_inside", "x", good=0.7, bad=0.2, weight=0.3),
    Goal("detail left outside", "kept_outside", "x", good=0.35, bad=1.0, weight=0.25),
    Goal("selectivity", "selectivity_db", "dB", good=4.0, bad=0.0, weight=0.25),
    Goal("detail not lost", "kept_whole", "x", good=0.2, bad=0.05, weight=0.3),
    Goal("softening", "kept_whole", "x", good=0.6, bad=1.0, weight=0.3),
    Goal("glow", "glow", "%", good=12.0, bad=3.0, weight=0.2),
    Goal("detail in the mask over outside", "contrast_db", "dB", good=8.0, bad=0.0, weight=0.6, referenced=False),
    Goal("softness", "softness_db", "dB", good=9.0, bad=3.0, weight=0.4, referenced=False),
    Goal("face drift", "face_drift", "/255", good=1.0, bad=3.0),
    Goal("form kept", "form", "x", good=0.74, bad=0.58),
    Goal("form step", "form_step", "x", good=0.07, bad=0.14),
    Goal("sharpening", "sharpening", "x", good=1.2, bad=1.8),
    Goal("seam", "seam", "x", good=0.12, bad=0.28),
    Goal("halo", "halo_peak", "/255", good=4.0, bad=20.0),
    Goal("clipped pixels", "clipped_percent", "%", good=0.3, bad=3.0),
    Goal("edge width", "edge_width", "px", good=0.05, bad=0.9, referenced=False),
    Goal("noise", "noise", "/255", good=0.3, bad=10.0, referenced=False),
    Goal("blocks", "block_step", "/255", good=0.1, bad=2.5, referenced=False),
    Goal("ringing", "ringing", "x", good=0.0, bad=0.7, referenced=False),
    Goal("burnt pixels", "clipped_percent", "%", good=0.0, bad=25.0, referenced=False),
    Goal("fine detail", "detail_db", "dB", good=31.0, bad=13.5, referenced=False, masked=False),
    Goal("dark parts", "dark_quarter", "%", good=34.0, bad=-33.0, referenced=False, masked=False),
    Goal("burnt parts", "burnt_root", "root %", good=0.0, bad=7.0, referenced=False, masked=False),
    Goal("likeness of neighbours", "likeness", "x", good=0.44, bad=0.84, referenced=False, masked=False),
    Goal("contrast over noise", "signal_db", "dB", good=10.0, bad=-19.0, referenced=False, masked=False),
    Goal("noise", "noise", "/255", good=0.0, bad=10.0, referenced=False, masked=False),
    Goal("blocks", "block_step", "/255", good=0.5, bad=1.8, referenced=False, masked=False),
    Goal("ringing", "ringing", "x", good=0.0, bad=0.97, referenced=False, masked=False),
    Goal("colour drift", "colour_drift", "Lab", good=4.0, bad=12.0),
)


@dataclass(frozen=True)
class Part:
    """One goal, what was measured, and its score in 0..1."""

    goal: Goal
    value: float
    score: float


@dataclass(frozen=True)
class Score:
    """Result for one picture.

    Attributes:
        index: of the picture within its batch, from 0.
        total: 0..100, as defined in this module's docstring.
        parts: looks first, then faults; only those that are defined for this picture.
        effect: the measurements.
    """

    index: int
    total: float
    parts: tuple[Part, ...]
    effect: Effect


def score_effect(effect: Effect, index: int = 0) -> Score:
    """Combine the measurements of one picture as defined in this module's docstring."""
    alone = not effect.referenced and effect.note != ""
    parts = []
    for goal in GOALS:
        value = getattr(effect, goal.source)
        if value is not None and goal.referenced == effect.referenced and goal.masked != alone:
            parts.append(Part(goal, value, goal.part(value)))
    look = sum(part.goal.weight * part.score for part in parts)
    total = sum(part.goal.weight for part in parts)
    look = look / total if total > 0 else 1.0
    for part in parts:
        if part.goal.weight == 0:
            look *= part.score
    if alone:
        look = 1 - (1 - look) ** STRETCH
    return Score(index, 100.0 * look * (1.0 if effect.shown is None else effect.shown**2), tuple(parts), effect)


def format_value(value: float) -> str:
    """A measurement in at most five characters or so."""
    value = round(value, 2) + 0.0  # -0.0 becomes 0.0: no measurement reads "-0.00"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.0f}"
