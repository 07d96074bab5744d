"""The look that tunes itself: what two sliders ask for, what a picture has of it, and the settings in between."""

from .figures import Figures, Proxy, together
from .guess import guess
from .report import describe_settings
from .tune import Tuned, tune
from .wanted import Wanted, start, wanted

__all__ = [
    "Figures",
    "Proxy",
    "Tuned",
    "Wanted",
    "describe_settings",
    "guess",
    "start",
    "together",
    "tune",
    "wanted",
]
