"""The image engine's benchmark on tiny pictures: its figures are what they say, and its tables hold together."""

from __future__ import annotations

import contextlib
import io
import json
import math
import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from benchmarks import rows as engine_rows
from benchmarks import timing
from benchmarks.image_engine import __main__ as image_engine
from benchmarks.image_engine import bloom as engine_bloom
from benchmarks.image_engine import cost as engine_cost
from benchmarks.image_engine import gaussian as engine_gaussian
from benchmarks.image_engine import gaussians, gegl
from benchmarks.image_engine import host as engine_host
from benchmarks.image_engine import memory as engine_memory
from benchmarks.image_engine import plot as engine_plot
from benchmarks.image_engine import selective as engine_selective
from benchmarks.image_engine.pictures import as_image, face_like_mask, noise, photo
from testing.host_nodes import BLUR, HOST_BLUR, call, effective_sigma

# Stands in for GEGL: reads the picture, blurs it unless it is to do nothing, writes the result.
GEGL = """#!{python}
import sys
from PIL import Image, ImageFilter
source, _, target, _, operation = sys.argv[1:6]
picture = Image.open(source)
(picture if operation == "gegl:nop" else picture.filter(ImageFilter.GaussianBlur(3))).save(target)
"""


@pytest.fixture(scope="module")
def gaussian_rows():
    return list(engine_gaussian.table(((48, 1, (2, 8, 16, 128)), (64, 2, (8,))), set()))


def test_every_library_draws_the_same_gaussian():
    image = torch.zeros(1, 3, 65, 65)
    image[..., 32, 32] = torch.tensor([1.0, 0.5, 0.2])  # colours must not mix
    works = gaussians.methods(image, 3.0)
    assert set(works) == {"ours", *gaussians.LIBRARIES}
    ours = works.pop("ours")()
    for name, work in works.items():
        made = work()
        frame = made[0] if isinstance(made, torch.Tensor) else torch.from_numpy(made[0]).movedim(-1, 0)
        assert torch.allclose(frame, ours[0], atol=2e-5), name


@settings(max_examples=20, deadline=None)
@given(size=st.integers(8, 60), sigma=st.floats(0.5, 40))
def test_reference_keeps_flat_pictures_and_agrees_with_ours(size, sigma):
    matrix = engine_gaussian._filter_matrix(size, sigma)
    assert matrix.dtype == torch.float64
    assert torch.allclose(matrix.sum(1), torch.ones(size, dtype=torch.float64))
    assert engine_gaussian.error(noise(size), sigma) <= 0.1


@pytest.mark.parametrize("row", [0, 150, 299])
def test_an_error_of_ours_is_seen(monkeypatch, row):
    """Also in a large picture, where not every row is compared, and at its borders."""
    blur = engine_gaussian.gaussian_blur

    def wrong(image, sigma):
        made = blur(image, sigma)
        made[..., row : row + 2, :] += 1 / 255
        return made

    monkeypatch.setattr(engine_gaussian, "gaussian_blur", wrong)
    assert engine_gaussian.error(noise(300), 5.0) == pytest.approx(1, abs=0.1)


def test_gaussian_rows_have_their_ratios(gaussian_rows):
    assert len({tuple(row) for row in gaussian_rows}) == 1
    for row in gaussian_rows:
        assert row["ours/cv2"] == row["ours"] / row["cv2"]
        assert row["gegl"] is row["ours/gegl"] is None
    far = next(row for row in gaussian_rows if row["sigma"] == 128)
    assert far["torchvision"] is None and far["cv2"] is not None  # torchvision's border cannot reach so far


def test_checks_take_the_worst_row(gaussian_rows):
    rows = [{**row, "ours": 2.0, "ours/cv2": 0.5, "error": 0.01} for row in gaussian_rows]
    wide = [{"size": 48, "sigma": sigma, "ours": 2.0} for sigma in (8, 128)]
    assert all(check.met for check in engine_gaussian.checks(rows, wide, 48))
    for sigma, column, value in ((16, "ours/cv2", 1.1), (2, "ours/cv2", 3.1), (8, "error", 0.11)):
        worse = [{**row, column: value} if row["sigma"] == sigma else row for row in rows]
        assert sum(not check.met for check in engine_gaussian.checks(worse, wide, 48)) == 1, column
    slower = [wide[0], {**wide[1], "ours": 2.7}]
    assert sum(not check.met for check in engine_gaussian.checks(rows, slower, 48)) == 1


def test_sigmas_side_by_side():
    rows = engine_gaussian.by_sigma(40, (8, 128))
    assert [row["sigma"] for row in rows] == [8, 128] and all(row["ours"] > 0 for row in rows)


def test_a_method_that_would_be_slow_is_not_run_again(monkeypatch):
    """1 s at sigma 1 makes 2 s at sigma 2, but 4 s for a two-dimensional kernel; 2 to 8 is a further factor of 4."""
    monkeypatch.setattr(engine_gaussian, "TOO_SLOW_MS", 3000)
    monkeypatch.setattr(engine_gaussian, "side_by_side", lambda works: dict.fromkeys(works, 1000.0))
    first, second, third = engine_gaussian.table(((64, 1, (1, 2, 8)),), set())
    assert first["torchvision"] and first["scipy"]
    assert second["torchvision"] is None and second["scipy"]
    assert third["scipy"] is third["ours/scipy"] is None and third["ours"]


def test_works_take_turns_and_the_shortest_time_counts(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(timing.time, "perf_counter", lambda: clock[0])
    order, waits = [], {"slow": iter([1.0]), "quick": iter([0.03, 0.01, 0.02])}

    def work(name):
        order.append(name)
        clock[0] += next(waits[name])

    best = timing.side_by_side({name: lambda name=name: work(name) for name in waits}, rounds=3)
    assert best == {"slow": pytest.approx(1000), "quick": pytest.approx(10)}
    assert order == ["slow", "quick", "quick", "quick"]  # slow had run long enough


@settings(max_examples=30, deadline=None)
@given(cells=st.lists(st.none() | st.floats(0, 1e5) | st.integers(0, 99) | st.text("ab", max_size=5), min_size=1))
def test_every_row_prints_as_one_line_of_the_same_width(cells):
    rows = [{"a name": cell, "other": 1} for cell in cells]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert engine_rows.show("title", iter(rows)) == rows
    lines = printed.getvalue().splitlines()[2:]
    assert len(lines) == len(cells) + 1 and len({len(line) for line in lines}) == 1
    assert all(("-" in line) == (cell is None) for line, cell in zip(lines[1:], cells, strict=True))


def test_pictures_are_whole_steps_of_eight_bits():
    for picture in (photo(600), photo(30, 50), noise(30)):
        assert torch.equal(picture, (picture * 255).round() / 255)
    assert torch.equal(photo(600)[..., 512:, :], photo(600)[..., 424:512, :].flip(-2))  # mirrored
    mask = face_like_mask(64, 64)
    assert mask.shape == (1, 64, 64) and mask[0, 32, 32] == 1 and mask[0, 0].max() == 0


def test_plot_shows_every_method_in_its_color(tmp_path):
    apart = {name: 3.0**place for place, name in enumerate(engine_plot.COLORS)}  # measured times may hide one another
    rows = [{"size": size, "frames": 1, "sigma": sigma, **apart} for size in (48, 96) for sigma in (2, 8)]
    engine_plot.draw(rows, tmp_path / "plot.png", size=48, sigma=8)
    colors = {color for _, color in Image.open(tmp_path / "plot.png").getcolors(1 << 20)}
    assert set(engine_plot.COLORS.values()) <= colors


def test_plot_and_json(gaussian_rows, tmp_path):
    engine_plot.draw(gaussian_rows, tmp_path / "plot.png", size=48, sigma=8)
    assert Image.open(tmp_path / "plot.png").width > 1000
    checks = engine_gaussian.checks(gaussian_rows, engine_gaussian.by_sigma(48, (8, 128)), 48)
    image_engine.save({"gaussian": gaussian_rows}, checks, tmp_path / "rows.json")
    read = json.loads((tmp_path / "rows.json").read_text())
    assert read["tables"]["gaussian"] == gaussian_rows and len(read["checks"]) == 4
    assert read["machine"]["torch"] == torch.__version__


def test_gegl_works_on_the_picture_it_is_given(monkeypatch, tmp_path):
    program = tmp_path / "gegl"
    program.write_text(GEGL.format(python=sys.executable))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(gegl, "RUNS", 1)
    graph = gegl.Graph(photo(128))
    graph.milliseconds(gegl.NOTHING)
    assert torch.equal(graph.result(), photo(128))
    graph.milliseconds("gegl:gaussian-blur-selective", "blur-radius=3", "max-delta=0.2")
    assert 0.001 < (graph.result() - photo(128)).abs().mean() < 0.1


@pytest.mark.parametrize(("whole", "net"), [(0.9, 440.0), (0.47, None)])
def test_gegls_start_is_not_counted(monkeypatch, whole, net):
    """0.4 s without the operation, and 0.06 s that it takes on a picture of nearly nothing."""
    spent = {("in.png", "nop"): 0.4, ("small.png", "nop"): 0.3, ("in.png", "op"): whole, ("small.png", "op"): 0.36}
    monkeypatch.setattr(gegl, "NOTHING", "nop")
    monkeypatch.setattr(gegl.Graph, "_shortest", lambda self, name, operation: spent[name, operation])
    assert gegl.Graph(noise(20)).milliseconds("op") == (net if net is None else pytest.approx(net))


@pytest.mark.host
def test_effective_sigma_is_that_of_the_hosts_blur(pack):
    """Measured on what the node makes of a single bright pixel."""
    image = torch.zeros(1, 99, 99, 3)
    image[:, 49, 49] = 1
    offsets = torch.arange(99) - 49
    for radius, sigma in ((3, 1.0), (31, 0.4)):
        (spread,) = call(HOST_BLUR, image=image, blur_radius=radius, sigma=sigma)
        variance = (spread[0, ..., 0].sum(0) * offsets**2).sum() / spread[0, ..., 0].sum()
        assert effective_sigma(radius, sigma) == pytest.approx(math.sqrt(variance), rel=1e-3)


@pytest.mark.host
def test_node_tables_hold_together(pack):
    blurs = engine_host.blur_table(64, ((3, 1.0), (31, 1.0)))
    looks = engine_host.look_table(64)
    tables = {
        "blur": blurs,
        "look": looks,
        "sharpen": engine_host.sharpen_table(64, ((1, 1.0),)),
        "pixels": engine_cost.by_pixels((32, 64)),
        "width": engine_cost.by_width(64, (0.5, 5.0)),
        "frames": engine_cost.by_frames(32, (1, 3)),
    }
    for rows in tables.values():
        assert len({tuple(row) for row in rows}) == 1
        assert all(value > 0 for row in rows for value in row.values() if value is not None)
    assert len(engine_host.checks(blurs, looks)) == 2
    assert blurs[1]["ImageBlur/ours 2x"] == blurs[1]["ImageBlur"] / blurs[1]["ours 2x"]


@pytest.mark.host
def test_our_blur_is_as_wide_as_the_hosts(pack):
    """The two that are timed against each other draw nearly the same picture."""
    image = as_image(photo(128))
    (theirs,) = call(HOST_BLUR, image=image, blur_radius=6, sigma=0.4)
    (ours,) = call(BLUR, image=image, sigma=effective_sigma(6, 0.4), unit="pixels", linear_light=False)
    assert (ours - theirs).abs().mean() < 0.005


@pytest.mark.host
def test_bloom_and_selective_rows(pack, monkeypatch):
    monkeypatch.setattr(gegl, "available", lambda: False)
    rows = engine_bloom.table((64,))
    assert rows[0]["gegl"] is rows[0]["bloom/gegl"] is None
    assert rows[0]["bloom/gaussian"] == rows[0]["bloom"] / rows[0]["gaussian"]
    selective = list(engine_selective.table((("photo", 32, 5), ("noise", 24, 10))))
    assert [row["size"] for row in selective] == [32, 24]
    assert all(row["ours"] > 0 and row["gegl"] is None for row in selective)


@pytest.mark.host
@pytest.mark.slow
def test_a_frame_of_1080p_takes_few_frames_worth_of_memory():
    rows = list(engine_memory.memory_table())
    assert [row["node"] for row in rows if row["frames"] > engine_memory.CLIP_WORTH] == []


@pytest.mark.host
@pytest.mark.slow
def test_memory_and_interruption_in_a_fresh_process():
    (row,) = engine_memory.memory_table(256, 512, (BLUR,))
    assert 3 < row["floats/pixel"] < 80
    found = engine_memory.in_fresh_process(BLUR, 60, 512, 512, (0.1,))
    assert found["updates"] >= 1 and found["interrupt"] > 0
