"""Which node does not know how small a face is, by what it does to the face.

On a face much smaller than a fifth of the diagonal, lengths in percent of the diagonal are too wide: sharpening brings
the face's tones back and not only its detail, the blur takes all that is around it, the bloom fogs it. Three marks tell
which of them it was: luma returns and colours do not, detail ends at the mask though its edge is soft, colours are
flat. They were set on the portraits of `tuned_cases` amid three times their size of mirrored surroundings.
"""

from __future__ import annotations

from ..effect.effect import Effect
from .turn import BLOOM, BLUR, SHARPEN, Turn

SMALL = 0.75  # scale of a face: below, its look is another
RETURNED = 0.84  # loss of form over that of colours, inside over around: less says that luma came back by itself
LEAST_LOSS = 0.05  # of the form: less says nothing
SUNKEN, CUT = 0.14, 0.3  # seam: a blur too wide for the face makes more, and a hard mask more than the second
FLAT, FOGGED = 0.735, 0.72  # form kept, of luma and of colours: light that scatters at the face's scale leaves more

TONES_RETURNED = Turn(
    SHARPEN, "bboxes", "connect", "detail in percent of the diagonal brings back a small face's tones", "lower radius"
)
WIDE_BLUR = Turn(BLUR, "bboxes", "connect", "a blur in percent of the diagonal is wide for a small face", "lower sigma")
WIDE_LIGHT = Turn(
    BLOOM, "bboxes", "connect", "light that scatters in percent of the diagonal fogs a small face", "lower intensity"
)


def of_another_scale(effect: Effect) -> Turn | None:
    """Which node has no boxes of a small face that looks wrong; None without such a face or with another fault."""
    form, colours = effect.form, effect.colour_form
    if effect.face_scale is None or effect.face_scale >= SMALL or form is None or colours is None:
        return None
    if form >= FLAT and _luma_returned(effect):
        return TONES_RETURNED
    if effect.seam is not None and SUNKEN < effect.seam < CUT:
        return WIDE_BLUR
    return WIDE_LIGHT if form < FLAT or colours < FOGGED else None


def _luma_returned(effect: Effect) -> bool:
    """Whether the face has more form of luma than scattered light left of its colours, compared with the ring."""
    form, step, inside, around = effect.form, effect.form_step, effect.colour_form, effect.colour_form_ring
    if form is None or step is None or inside is None or around is None:
        return False
    lost, *others = (1 - each for each in (form, inside, form - step, around))
    return min(others) > LEAST_LOSS and lost / others[0] < RETURNED * others[1] / others[2]
