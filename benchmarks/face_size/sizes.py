"""One face, its pixels unchanged, in ever larger pictures: a row for each size and way, over all sitters."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from torch import Tensor

from benchmarks.baseline import Checkout
from benchmarks.face_size.ways import EARLIER, OURS, PASTED, WITHOUT, Made, ways
from benchmarks.rows import Row
from testing.face_size.measures import FINE, FINEST, NARROWEST_PX, Close, away_from
from testing.face_size.sitters import Sitter, place
from testing.look import mean_within, outside_of, squared_band

TITLE = (
    "Medians, the worst beside them\n"
    "fine, finest: 11-19 and 48-77 cycles a face at eyes and mouth, energy, result/source (root: of fine); tone,\n"
    "over: shift and overshoot in 1/255; ring: inside/outside of the face's outline; outside: detail outside of the\n"
    "head, result/source; far: detail a face's width from the box and further, over that without boxes"
)
FEWEST_PX = 100  # of a region that is measured


@dataclass(frozen=True)
class Figures:
    """Of one face in one picture, as `Close` measures them; outside and far: the source's detail that stays there."""

    fine: float
    finest: float | None
    tone: float
    overshoot: float
    ring: float
    outside: float | None
    far: float | None


class Around:
    """Detail outside of a sitter's head and far from the face, of large pictures: the source's is computed once."""

    def __init__(self, one: Sitter) -> None:
        self.regions = (outside_of(one.face.box, one.image.shape[-2:]), away_from(one))
        self.source = self._energies(one.image)

    def kept(self, image: Tensor) -> list[float | None]:
        """The share of the source's that stays in either; None where the picture ends before."""
        pairs = zip(self._energies(image), self.source, strict=True)
        return [None if here is None or there is None else here / there for here, there in pairs]

    def _energies(self, image: Tensor) -> list[float | None]:
        band = squared_band(image)
        return [mean_within(band, each) if each.sum() >= FEWEST_PX else None for each in self.regions]


def figures(close: Close, around: Around, made: Made) -> Figures:
    """What `made` keeps and shifts; no finest where the face is too narrow for it."""
    one, image = close.sitter, made.image
    return Figures(
        close.kept(image, FINE),
        close.kept(image, FINEST) if one.width >= NARROWEST_PX else None,
        close.tone_shift(image, made.dream),
        close.overshoot(image, made.dream),
        close.ring(image),
        *around.kept(image),
    )


def table(sitters: Sequence[Sitter], earlier: Checkout | None, shares: Sequence[float]) -> Iterator[Row]:
    """Medians over the sitters and their worst, for each share and way."""
    for share in shares:
        found: dict[str, list[Figures]] = {way: [] for way in (OURS, WITHOUT, PASTED, EARLIER)}
        for each in sitters:
            close = Close.to(place(each, share))
            around = Around(close.sitter)
            for made in ways(close.sitter, earlier):
                found[made.way].append(figures(close, around, made))
                del made
        for way, rows in found.items():
            if rows:
                yield row(share, way, rows, found[WITHOUT])


def row(share: float, way: str, rows: Sequence[Figures], without: Sequence[Figures]) -> Row:
    """Ratios of energies, 1/255 for tones and overshoot."""
    finest = [each.finest for each in rows if each.finest is not None]
    outside = [each.outside for each in rows if each.outside is not None]
    far = [a.far / b.far for a, b in zip(rows, without, strict=True) if a.far is not None and b.far is not None]
    cells: Row = {"face %": round(100 * share), "way": way, "n": len(rows)}
    cells["root"] = median(math.sqrt(each.fine) for each in rows)
    for name, values, worst in (
        ("fine", [each.fine for each in rows], min),
        ("finest", finest, _furthest),
        ("tone", [each.tone for each in rows], max),
        ("over", [each.overshoot for each in rows], max),
        ("ring", [each.ring for each in rows], max),
        ("outside", outside, _furthest),
        ("far", far, _furthest),
    ):
        cells |= {name: median(values) if values else None, f"worst {name}": worst(values) if values else None}
    return cells


def _furthest(values: Sequence[float]) -> float:
    """From 1, as a factor."""
    return max(values, key=lambda each: abs(math.log(each)))
