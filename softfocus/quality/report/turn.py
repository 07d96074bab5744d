"""One thing to turn or to connect, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MASK, BLUR, BLOOM, SHARPEN = "Face Detail Mask", "Selective Gaussian Blur", "Luminance Bloom", "Feature Sharpen"

Direction = Literal["raise", "lower", "connect", "disconnect", "whiten"]


@dataclass(frozen=True)
class Turn:
    """A widget or socket as its node names it, which way to turn it, and why.

    Attributes:
        connected: what to do where the socket to connect has a link already, as the picture does not show it.
    """

    node: str
    widget: str
    direction: Direction
    cause: str
    connected: str = ""

    def sentence(self) -> str:
        if self.direction == "whiten":
            return f"{self.cause}; bring {self.widget} in {self.node} nearer to #ffffff"
        link = {"connect": "to", "disconnect": "from"}.get(self.direction, "in")
        otherwise = f", or {self.connected} where they are" if self.connected else ""
        return f"{self.cause}; {self.direction} {self.widget} {link} {self.node}{otherwise}"
