"""Whether the face lies in the same light as its surroundings, or looks cut out.

A soft-focus effect moves light about, so the face may well become darker or lighter; it looks cut
out only when it does not follow the law that the rest of the picture follows. That law is fitted in linear light,
where blur and bloom are sums and a law of dark surroundings holds for a bright face too: outside the mask the change
is explained by the light at several widths, by exposure, by a veil, and by detail that a blur of the codes takes with
its light. Inside the mask, the difference from the law's forecast is the drift, as far as it is more than the law
misses outside. A face whose detail is returned as luma is brighter in the mean, for the same mean code, by the light
of that detail; so much is no drift.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from ...color import LINEAR_JOINT, displayed_light, luminance, raised_
from ...filters.near_faces import cut
from ...filters.row_strips import row_slices
from ...units import diagonal
from ..lengths import DIAGONAL, Lengths
from ..regions import Regions, extent
from .bands import LOW_PASS, Bands, factor
from .least_squares import mean_products, missed_square, sampled, solve

SCATTER = (LOW_PASS, 0.03, 0.08)  # of `Lengths`: widths at which blur and bloom spread light
FORECAST = 2.0  # standard deviations of what the law misses outside that it may miss inside
SLOPE = 12.92  # of the straight part of the sRGB encoding (IEC 61966-2-1)


@dataclass(frozen=True, eq=False)
class Spread:
    """What became of the light of a picture, at lengths of the picture or of its faces.

    Attributes:
        light: [1, 1, H, W], linear luminance of the picture, spread by the first width of SCATTER.
        low: `Bands.low` of the picture and of the reference, the codes spread as wide.
        scattered: `scattered_light` of the reference.
    """

    light: Tensor
    low: tuple[Tensor, Tensor]
    scattered: Sequence[Tensor]

    def window(self, window: tuple[slice, slice]) -> Spread:
        """Some rows and columns of it: views."""
        after, before = self.low
        return Spread(
            cut(self.light, window),
            (cut(after, window), cut(before, window)),
            [cut(each, window) for each in self.scattered],
        )

    def rows(self, rows: slice) -> Spread:
        """Some rows of it."""
        return self.window((rows, slice(None)))

    def texture(self) -> tuple[Tensor, Tensor]:
        """[1, 1, H, W] of the picture and of the reference: how far such light is above that of the spread codes.

        That is what detail adds to it.
        """
        after, before = self.low
        return self.light - _decoded(after), self.scattered[0] - _decoded(before)

    def change(self, texture: Tensor) -> tuple[Tensor, list[Tensor], Tensor]:
        """How the light changed, what may have changed it, and the slope of the codes, all in codes.

        Args:
            texture: of the reference.
        """
        own, near, far = self.scattered
        slope = _codes_per_light(own)
        causes = [slope, slope * own, slope * (near - own), slope * (far - near), slope * texture]
        return slope * (self.light - own), causes, slope


def scattered_light(light: Tensor, lengths: Lengths = DIAGONAL) -> list[Tensor]:
    """Linear light [1, 1, H, W] as blur and bloom may spread it, at each width of SCATTER."""
    return [lengths.blur(light, width) for width in SCATTER]


def spread_light(after: Bands, before: Bands, scattered: Sequence[Tensor]) -> Spread:
    """The light of a picture and of its reference at the lengths of their bands, at which it was scattered too."""
    return Spread(after.lengths.blur(after.picture.light, SCATTER[0]), (after.low, before.low), scattered)


def face_drift(spread: Spread, regions: Regions, at_faces: Spread | None = None) -> float:
    """Mean difference of the light inside the mask from what the rest of the picture forecasts.

    Args:
        spread: at lengths of the picture.
        regions: with a usable mask.
        at_faces: the same at the lengths of the faces, where those are known. Light may scatter in a face as wide as
            around it, or by as much less as the face is smaller: the face lies in the light of either forecast.

    Returns:
        Code values (/255), weighted by the mask; 0 as long as the law misses no more than FORECAST says.
    """
    inside = regions.inside
    assert inside is not None
    some = sampled(spread.light, LOW_PASS * diagonal(spread.light))
    law = _law(spread.window(some), None if regions.outside is None else cut(regions.outside, some))
    window = extent(inside[0, 0])
    held = cut(inside, window)

    def drift(found: Spread) -> float:
        strips = row_slices(held.expand(-1, 3, -1, -1))  # of three channels
        beyond = sum(float((law.beyond(found.rows(rows)) * held[..., rows, :]).sum()) for rows in strips)
        return 255 * beyond / float(held.sum())

    return min(drift(each.window(window)) for each in (spread, at_faces) if each is not None)


@dataclass(frozen=True)
class _Law:
    """What light follows outside of the mask.

    Attributes:
        factors: of the causes of `Spread.change`.
        error: root mean square of what they miss.
        texture_kept: how much of the reference's texture is left.
    """

    factors: list[float]
    error: float
    texture_kept: float

    def beyond(self, spread: Spread) -> Tensor:
        """How far the light is from the forecast, beyond what the forecast may miss: [1, 1, H, W], in codes."""
        now, was = spread.texture()
        change, causes, slope = spread.change(was)
        missed = change - sum(cause * factor for cause, factor in zip(causes, self.factors, strict=True))
        returned = now.sub_(was, alpha=self.texture_kept).mul_(slope).clamp_min_(0)
        beyond = (missed - returned).clamp_min_(0).add_((-missed).clamp_min_(0))
        return beyond.sub_(FORECAST * self.error).clamp_min_(0)


def _law(spread: Spread, weight: Tensor | None) -> _Law:
    def planes(rows: slice) -> list[Tensor]:
        some = spread.rows(rows)
        now, was = some.texture()
        change, causes, _ = some.change(was)
        return [change, *causes, now, was]

    products = mean_products(planes, 8, spread.light, weight)
    light = products[:-2, :-2]
    factors = solve(light)
    texture_kept = factor(float(products[-2, -1]), float(products[-1, -1]))
    return _Law(factors, missed_square(light, factors) ** 0.5, texture_kept)


def _decoded(low: Tensor) -> Tensor:
    """Linear luminance [1, 1, H, W] of low-passed codes."""
    return luminance(displayed_light(low))


def _codes_per_light(light: Tensor) -> Tensor:
    """Slope of the sRGB encoding at linear light: differences count as they look, not as dark or bright."""
    curve = raised_(light.clamp_min(LINEAR_JOINT), 1 / 2.4 - 1).mul_(1.055 / 2.4)
    straight = light.clone().le_(LINEAR_JOINT)
    return curve.add_(straight, alpha=SLOPE - 1.055 / 2.4 * LINEAR_JOINT ** (1 / 2.4 - 1))
