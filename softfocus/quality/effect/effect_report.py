"""What an effect did to a picture, as sentences."""

from __future__ import annotations

from dataclasses import fields

from ..clarity.clarity_report import describe_distortions, describe_glance
from ..clarity.distortions import Distortions
from ..clarity.glance import Glance
from .bands import MOST, has_detail
from .detail import CYCLES
from .effect import Effect

NO_REFERENCE = "There is no reference, so only the picture itself is judged, not what the effect changed."
ONLY_CLARITY = (
    "No reference: clarity only. With neither mask nor reference the score says how clear the picture looks at a "
    "glance, not how dreamy. It cannot know what was meant: a soft, dim or grainy picture by choice, a moment, a face."
)
NEXT_TO_NOTHING = "The picture shows next to nothing, which takes from the score."
NO_LAB = "Colour drift was left out because the package kornia is not installed."
AT_FACES = "Detail at {} is measured in cycles a face: {} to {}."
OF_DIAGONAL = "Detail is measured in percent of the diagonal{}."
NO_BOXES = ", since no bboxes are connected"
NO_FACE = ", since bboxes show no face in the mask"
BOXES_WITHOUT_MASK = ", since bboxes count only inside a mask"
FLAT_REFERENCE = "The reference has no fine detail{} to compare with."


def describe(effect: Effect) -> list[str]:
    """What was measured on one picture, as sentences."""
    lines = [effect.note] if effect.note else []
    return lines + (_changes(effect) if effect.referenced else [NO_REFERENCE, *_state(effect)])


def _changes(effect: Effect) -> list[str]:
    lines = [effect.flat_reference] if effect.flat_reference else []
    if effect.kept_inside is not None and effect.kept_outside is not None:
        lines.append(
            f"Inside the mask {_percent(effect.kept_inside)} of the fine detail energy is kept, "
            f"outside {_percent(effect.kept_outside)}: a selectivity of {effect.selectivity_db:.1f} dB."
        )
        lines.append(_scale(effect))
        lines.append(f"The light on the face is {effect.face_drift:.1f}/255 away from what its surroundings call for.")
    if effect.kept_whole is not None:
        lines.append(f"{_percent(effect.kept_whole)} of the fine detail energy is kept in the whole picture.")
        lines.append(_scale(effect))
    if effect.glow is not None and effect.form is not None:
        place = "the whole picture" if effect.form_step is None else "what the mask holds"
        lines.append(f"{max(0, effect.glow):.0f} % of the light scatters beyond its surroundings.")
        lines.append(f"{_percent(effect.form)} of the form (the broader modelling) of {place} is kept.")
    lines.append(
        f"Edges overshoot by {effect.halo_peak:.1f}/255 (99.9th percentile), {effect.halo_mean:.2f}/255 on average."
    )
    lines.append(f"{effect.clipped_percent:.1f} % of the pixels clip beyond those of the reference.")
    drift = effect.colour_drift
    return lines + [NO_LAB if drift is None else f"Colours drift by {drift:.1f} Lab units (2 is just visible)."]


def _state(effect: Effect) -> list[str]:
    lines = []
    if effect.contrast_db is not None:
        lines.append(f"Fine detail inside the mask is at {effect.contrast_db:+.1f} dB of that outside.")
        lines.append(_scale(effect))
    if effect.softness_db is not None:
        lines.append(f"The picture outside the mask has {effect.softness_db:.1f} dB of coarse over fine detail.")
    if effect.edge_width is not None:
        others = (effect.noise or 0.0, effect.block_step or 0.0, effect.ringing or 0.0)
        found = Distortions(effect.edge_width, *others, effect.clipped_percent)
        lines += describe_distortions(found, "the picture" if effect.note else "what the mask holds")
    if effect.detail_db is not None:
        lines += describe_glance(Glance(*(getattr(effect, each.name) for each in fields(Glance))))
    if effect.shown is not None and effect.shown < 1:
        lines.append(NEXT_TO_NOTHING)
    if effect.contrast_db is None and effect.faces is not None:
        lines.append(_scale(effect))
    return [*lines, ONLY_CLARITY] if effect.note else lines


def _scale(effect: Effect) -> str:
    """By which lengths detail is measured, and why."""
    if effect.faces:
        return AT_FACES.format(f"{effect.faces} face{'s' * (effect.faces > 1)}", *CYCLES)
    if effect.note:
        return OF_DIAGONAL.format("" if effect.faces is None else BOXES_WITHOUT_MASK)
    return OF_DIAGONAL.format(NO_BOXES if effect.faces is None else NO_FACE)


def _percent(share: float) -> str:
    return f"{100 * MOST:.0f} % or more" if share >= MOST else f"{100 * max(share, 0):.0f} %"


def flat_reference(energies: dict[str, float]) -> str:
    """Where the reference has no detail, by the energy of each place that a sentence names; empty where it has."""
    flat = [place for place, energy in energies.items() if not has_detail(energy)]
    return FLAT_REFERENCE.format(flat[0] if len(flat) < len(energies) else "") if flat else ""
