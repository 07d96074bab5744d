"""The public path of the Gaussian blur; `filters/gaussian.py` makes it."""

from .filters.gaussian import gaussian_blur as gaussian_blur
from .filters.gaussian import gaussian_mixture as gaussian_mixture
