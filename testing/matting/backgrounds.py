"""Backgrounds for drawn portraits: smooth, busy, low contrast, and of the hair's own colour."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

Array = NDArray[np.float64]
BACKGROUNDS = ("smooth", "busy", "low contrast", "same colour")
DISTINCT = 0.35  # least distance of a smooth background's colours from the hair's, in RGB


def draw_background(rng: np.random.Generator, kind: str, size: int, hair: Array, centre: Array) -> Array:
    """One background [size, size, 3], 0..1, for hair of colour `hair` (3) around `centre` (x, y fractions)."""
    if kind == "smooth":
        picture = _smooth(rng, size, hair)
    elif kind == "busy":
        picture = (_noise, _leaves, _bricks, _stripes)[rng.integers(4)](rng, size)
    elif kind == "low contrast":
        picture = _low_contrast(rng, size, hair)
    elif kind == "same colour":
        picture = _same_color(rng, size, hair, centre)
    else:
        raise ValueError(f"background must be one of {BACKGROUNDS}, got {kind!r}")
    return np.clip(picture + rng.normal(0, 0.004, picture.shape), 0, 1)


def _smooth(rng: np.random.Generator, size: int, hair: Array) -> Array:
    """A gradient with discs of light out of focus."""
    light = rng.random() < 0.5
    picture = _gradient(rng, size, _distinct(rng, hair), _distinct(rng, hair))
    if light:
        canvas, weight = np.zeros((size, size, 3)), np.zeros((size, size))
        at = (np.arange(size) + 0.5) / size
        for _ in range(14):
            x, y, radius = rng.uniform(0, 1), rng.uniform(0, 1), rng.uniform(0.03, 0.09)
            disc = (at[None] - x) ** 2 + (at[:, None] - y) ** 2 < radius**2
            canvas[disc], weight[disc] = _distinct(rng, hair), 0.5
        weight = gaussian_filter(weight, size / 60)[..., None]
        picture = picture * (1 - weight) + gaussian_filter(canvas, (size / 60, size / 60, 0)) * 0.5
    return picture


def _noise(rng: np.random.Generator, size: int) -> Array:
    """Coloured noise of 6 px grain (at 512)."""
    noise = gaussian_filter(rng.standard_normal((size, size, 3)), (size * 3 / 512, size * 3 / 512, 0))
    return rng.uniform(0.35, 0.65, 3) + 0.17 * noise / noise.std()


def _leaves(rng: np.random.Generator, size: int) -> Array:
    """Overlapping leaves in greens and yellows, lighter on top."""
    picture = Image.new("RGB", (2 * size, 2 * size), (25, 35, 20))
    pen = ImageDraw.Draw(picture)
    along = np.linspace(-1, 1, 13)
    shape = np.stack([np.r_[along, along[::-1]], 0.45 * np.r_[1 - along**2, along[::-1] ** 2 - 1]], 1)
    for brightness in np.sort(rng.uniform(0.2, 1.0, 1500)):
        turn, length = rng.uniform(0, 6.3), rng.uniform(0.02, 0.05) * size
        rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        points = shape @ rotation * length + rng.uniform(0, 2 * size, 2)
        color = brightness * np.array([rng.uniform(60, 190), rng.uniform(120, 215), rng.uniform(30, 90)])
        pen.polygon([tuple(point) for point in points], fill=tuple(int(each) for each in color))
    return np.asarray(picture.reduce(2)) / 255


def _bricks(rng: np.random.Generator, size: int) -> Array:
    """Rows of bricks, each of its own shade, with mortar between them."""
    height = int(size * rng.uniform(0.035, 0.055))
    width, gap = int(2.4 * height), max(2, height // 8)
    row, column = np.indices((size, size))
    course = row // height
    shifted = column + course * (width // 2)
    shades = rng.uniform(0.6, 1.25, (size // height + 2, 2 * size // width + size // height + 2))
    brick = rng.uniform(0.3, 0.65) * np.array([1.0, rng.uniform(0.5, 0.8), rng.uniform(0.4, 0.7)])
    picture = brick * shades[course, shifted // width % shades.shape[1]][..., None]
    mortar = (row % height < gap) | (shifted % width < gap)
    picture[mortar] = rng.uniform(0.6, 0.8)
    grain = gaussian_filter(rng.standard_normal((size, size)), 1.0)[..., None]
    return gaussian_filter(picture, (0.6, 0.6, 0)) + 0.03 * grain / grain.std()


def _stripes(rng: np.random.Generator, size: int) -> Array:
    """Slanted stripes of two colours, with soft edges."""
    turn, period = rng.uniform(0, np.pi), size * rng.uniform(0.02, 0.06)
    row, column = np.indices((size, size))
    wave = np.sin(2 * np.pi * (np.cos(turn) * column + np.sin(turn) * row) / period)
    mix = 1 / (1 + np.exp(-4 * wave))[..., None]
    first, second = rng.uniform(0.05, 0.95, (2, 3))
    return first * mix + second * (1 - mix)


def _low_contrast(rng: np.random.Generator, size: int, hair: Array) -> Array:
    """Colours 0.1 to 0.2 from the hair's, with a weak texture of two scales."""
    colors = [hair + _direction(rng) * rng.uniform(0.10, 0.20) for _ in range(2)]
    coarse, fine = (gaussian_filter(rng.standard_normal((size, size)), size * s)[..., None] for s in (0.02, 0.005))
    texture = 0.025 * coarse / coarse.std() + 0.015 * fine / fine.std()
    return _gradient(rng, size, *colors) + texture


def _same_color(rng: np.random.Generator, size: int, hair: Array, centre: Array) -> Array:
    """The hair's own colour with a weak texture all around the head, another colour far from it."""
    at = (np.arange(size) + 0.5) / size
    distance = np.hypot(at[None] - centre[0], at[:, None] - centre[1])[..., None]
    near = 1 / (1 + np.exp((distance - 0.42) / 0.04))
    texture = gaussian_filter(rng.standard_normal((size, size)), size * 0.008)[..., None]
    return near * hair + (1 - near) * _distinct(rng, hair) + 0.015 * texture / texture.std()


def _gradient(rng: np.random.Generator, size: int, first: Array, second: Array) -> Array:
    turn = rng.uniform(0, 2 * np.pi)
    at = (np.arange(size) + 0.5) / size - 0.5
    mix = 0.5 + 0.7 * (np.cos(turn) * at[None] + np.sin(turn) * at[:, None])
    mix = np.clip(mix, 0, 1)[..., None]
    return first * mix + second * (1 - mix)


def _distinct(rng: np.random.Generator, hair: Array) -> Array:
    """A random colour that the hair does not have."""
    while True:
        color = rng.uniform(0.05, 0.95) + rng.uniform(-0.2, 0.2, 3)
        if np.linalg.norm(color - hair) > DISTINCT:
            return np.clip(color, 0, 1)


def _direction(rng: np.random.Generator) -> Array:
    """A direction in RGB, mostly lighter or darker."""
    direction = rng.choice((-1, 1)) * np.ones(3) + rng.normal(0, 0.5, 3)
    return direction / np.linalg.norm(direction)
