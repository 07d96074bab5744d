"""The look that tunes itself: what two sliders ask for, what a picture has of it, and the settings in between."""

from .figures import Figures, together
from .guess import guess
from .proxy import Proxy
from .report import describe_settings
from .samples import Sample, Samples
from .tune import Tuned, tune
from .wanted import Wanted, start, wanted

__all__ = [
    "Figures",
    "Proxy",
    "Sample",
    "Samples",
    "Tuned",
    "Wanted",
    "describe_settings",
    "guess",
    "start",
    "together",
    "tune",
    "wanted",
]
