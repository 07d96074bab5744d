"""The tuner: from any start into every band, the same way every time, and sliders that do what they say."""

from __future__ import annotations

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from skimage.data import astronaut

from softfocus.faces import box_of_face, detail_mask, face_nets, find_faces
from softfocus.look import make_look
from softfocus.quality import Measured, measure_effect
from softfocus.settings import DEFAULTS, BloomSettings, BlurSettings, LookSettings, SharpenSettings
from softfocus.tuning import Figures, Proxy, Sample, Samples, guess, start, together, tune, wanted
from softfocus.tuning.tune import MOST_EVALUATIONS

shares = st.floats(0, 2)
starts = st.builds(
    LookSettings,
    blur=st.builds(BlurSettings, sigma=st.floats(0.02, 1.5)),
    bloom=st.builds(BloomSettings, intensity=st.floats(0, 1), radius=st.floats(0.5, 10), threshold=st.floats(0, 0.8)),
    sharpen=st.builds(SharpenSettings, amount=shares, fine=shares, medium=shares, coarse=shares),
)


@pytest.fixture(scope="module")
def astronaut_frame():
    """Picture, mask and boxes of NASA's portrait, 512 px."""
    image = torch.from_numpy(astronaut()).float().movedim(-1, 0)[None] / 255
    faces = find_faces(face_nets(image.device), image)
    return image, detail_mask(image, faces), list(map(box_of_face, faces[0]))


@pytest.fixture(scope="module")
def proxy(astronaut_frame):
    image, mask, faces = astronaut_frame
    return Proxy(Samples.of(Sample(image, mask, None, faces)))


def tuned(proxy, dream, clarity, begin=None):
    home = start(dream, clarity)
    return tune(proxy.measure, begin or home, wanted(dream, clarity), home)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(begin=starts, dream=st.floats(0.2, 1), clarity=st.floats(0, 1))
def test_random_starts_end_in_every_band(proxy, begin, dream, clarity):
    found = tuned(proxy, dream, clarity, begin)
    asked = wanted(dream, clarity)
    assert found.evaluations <= MOST_EVALUATIONS
    # In all but a few the sum is 0; the band's own width is what a start may cost at most.
    assert sum(asked.beyond(found.figures).values()) < 1
    assert found.figures == proxy.measure(found.settings)


def test_every_slider_moves_its_own_figure_and_leaves_the_other(proxy):
    steps = (0.2, 0.4, 0.6, 0.8, 1.0)
    softer = [tuned(proxy, dream, 0.5).figures for dream in steps]
    clearer = [tuned(proxy, 0.5, clarity).figures for clarity in steps]
    outside, clear = [each.kept_outside for each in softer], [each.kept_clear for each in clearer]
    assert outside == sorted(outside, reverse=True) and clear == sorted(clear)
    for others in ([each.kept_clear for each in softer], [each.kept_outside for each in clearer]):
        assert max(others) / min(others) < 1.15


def test_the_usual_sliders_are_the_defaults_and_never_end_worse(proxy):
    assert start(0.5, 0.5) == DEFAULTS
    asked = wanted(0.5, 0.5)
    plain, found = proxy.measure(DEFAULTS), tuned(proxy, 0.5, 0.5).figures
    assert sum(asked.beyond(found).values()) <= sum(asked.beyond(plain).values())


def test_the_same_start_gives_the_same_settings_as_widgets_keep_them(proxy):
    first, second = tuned(proxy, 0.8, 0.9), tuned(proxy, 0.8, 0.9)
    assert first == second
    for value in (first.settings.blur.sigma, first.settings.bloom.intensity, first.settings.sharpen.amount):
        assert round(value, 4) == value


def test_figures_are_those_of_quality_score(astronaut_frame, proxy):
    image, mask, faces = astronaut_frame
    look = make_look(image, mask, faces=[faces])
    effect, figures = measure_effect(Measured.of(look.image, image, mask, None, faces)), proxy.measure(DEFAULTS)
    assert figures.kept_outside == pytest.approx(effect.kept_outside, rel=1e-3)
    assert figures.halo == pytest.approx(effect.halo_peak, abs=0.02)
    assert figures.clipped_percent == pytest.approx(effect.clipped_percent, abs=1e-4)
    assert effect.kept_inside < figures.kept_clear < 1  # the core of the mask keeps more than all of it


def test_the_picture_itself_keeps_everything_and_has_no_fault(proxy):
    nothing = LookSettings(
        blur=BlurSettings(sigma=0), bloom=BloomSettings(intensity=0), sharpen=SharpenSettings(amount=0)
    )
    figures = proxy.measure(nothing)
    assert figures.kept_clear == pytest.approx(1) and figures.kept_outside == pytest.approx(1)
    assert (figures.clipped_percent, figures.tone_shift, figures.overshoot, figures.halo) == (0, 0, 0, 0)


def test_towards_dream_0_the_bands_lead_to_the_picture():
    assert wanted(0, 0).aims == {"kept_clear": 1.0, "kept_outside": 1.0}
    near = wanted(0.01, 0)
    assert near.kept_clear > 0.98 and near.kept_outside > 0.96


@pytest.mark.parametrize("mask", ["empty", "full"])
def test_without_a_place_its_figure_is_not_asked_for(astronaut_frame, mask):
    image = astronaut_frame[0]
    plane = torch.zeros_like(image[:, :1]) if mask == "empty" else torch.ones_like(image[:, :1])
    found = tuned(Proxy(Samples.of(Sample(image, plane))), 0.5, 0.5)
    missing, there = ("kept_clear", "kept_outside") if mask == "empty" else ("kept_outside", "kept_clear")
    assert getattr(found.figures, missing) is None
    assert getattr(found.figures, there) == pytest.approx(wanted(0.5, 0.5).aims[there], abs=0.05)


def test_a_flat_picture_keeps_the_usual_settings():
    found = tuned(Proxy(Samples(Sample(torch.full((1, 3, 64, 64), 0.5), torch.zeros(1, 1, 64, 64)))), 0.5, 0.5)
    assert found.settings == DEFAULTS and found.evaluations == 1


def test_shared_settings_go_by_the_mean_of_what_is_kept_and_the_worst_fault():
    one, two = Figures(0.8, 0.2, 0.1, 0.2, 1.0, 0.0), Figures(None, 0.4, 0.0, 0.4, 0.0, 2.0)
    assert together([one, two]) == Figures(0.8, pytest.approx(0.3), 0.1, 0.4, 1.0, 2.0)


def test_a_guess_for_other_sliders_comes_near_what_is_found_there(proxy):
    found = tuned(proxy, 0.5, 0.5)
    for dream, clarity in ((0.2, 1.0), (0.3, 0.2), (0.8, 0.5), (1.0, 0.0)):
        asked = wanted(dream, clarity)
        figures = proxy.measure(guess(found, start(dream, clarity), asked))
        assert figures.kept_outside == pytest.approx(asked.kept_outside, abs=0.08)
        assert figures.kept_clear == pytest.approx(asked.kept_clear, abs=0.12)


@pytest.mark.parametrize("bad", [-0.1, 1.1, float("nan")])
def test_sliders_out_of_range_are_named(bad):
    with pytest.raises(ValueError, match="dream is"):
        wanted(bad, 0.5)
    with pytest.raises(ValueError, match="clarity is"):
        start(0.5, bad)
