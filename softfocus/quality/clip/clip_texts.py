"""The texts that pictures are compared with: pairs of opposites, emotions, and the phrases of a prompt.

Opposites as in J. Wang, K. Chan and C. C. Loy, "Exploring CLIP for assessing the look and feel of images" (2023); the
emotions are those of J. Mikels et al., "Emotional category data on images from the IAPS" (2005). The words are our own.
"""

from __future__ import annotations

import html
import re
import textwrap
from dataclasses import dataclass

MAX_PHRASES = 24  # each is one run of the text encoder: 0.4 s on two busy cores of a CPU
MAX_LENGTH = 200  # characters; about 50 of CLIP's 75 tokens in English, and no word takes long to cut up

PAIRS = (
    ("a good photo", "a bad photo"),
    ("a sharp photo, well in focus", "a blurry photo, out of focus"),
    ("a photo in which the subject stands out clearly", "a photo in which the subject is lost in haze"),
    ("a clean photo without noise", "a noisy, grainy photo"),
)
FACE_PAIR = ("a face with fine, crisp detail", "a face smoothed until it looks like wax")

POSITIVE = ("amusement", "awe", "contentment", "excitement")
NEGATIVE = ("anger", "disgust", "fear", "sadness")
EMOTIONS = POSITIVE + NEGATIVE
EXCITING = ("awe", "excitement", "anger", "fear")
CALMING = ("contentment", "sadness")
AUTO = "auto"  # the most likely emotion, instead of an intended one
NEUTRAL = "no particular feeling"
EMOTION_TEMPLATES = (
    "a picture that fills people with {}",
    "a photo with a mood of {}",
    "an image that leaves its viewer with {}",
    "looking at this photo brings {}",
)
PHRASE_TEMPLATE = "a photo of {}"

_TAG = re.compile(r"<[a-zA-Z/!|][^<>]*>")  # HTML, LoRA tags, and CLIP's own marks such as its end of text
_EMBEDDING = re.compile(r"\bembedding:\S+", re.IGNORECASE)  # the host would read a file for it
_WEIGHT = re.compile(r":\s*[-+]?(?:\d+\.?\d*|\.\d+)\s*(?=[)\]}])")  # the :1.2 of (word:1.2)
_LAST_WEIGHT = re.compile(r"(?<!\d)\s*:\s*[-+]?(?:\d+\.?\d*|\.\d+)$")  # that of "cat :1.2 AND dog", but not 16:9
_NOT_SPOKEN = re.compile(r"[()\[\]{}<>\\_\x00-\x09\x0b-\x1f\x7f]")
_BETWEEN = re.compile("[,;|\n\u3001\u3002\uff0c\uff1b]|[.!?](?=\\s)|\\b(?:BREAK|AND)\\b")


@dataclass(frozen=True)
class Phrases:
    """What a prompt asks for, piece by piece.

    Attributes:
        kept: the phrases to look for, each once, at most `MAX_PHRASES` of at most `MAX_LENGTH` characters.
        count: how many there were before the limit.
    """

    kept: tuple[str, ...]
    count: int

    @property
    def note(self) -> str:
        """What was left out, as a sentence; empty where nothing was."""
        if self.count <= len(self.kept):
            return ""
        return f"The prompt has {self.count} phrases; only the first {len(self.kept)} were looked for."


def prompt_phrases(prompt: str) -> Phrases:
    """The phrases between a prompt's commas, without weights, brackets, tags of HTML and LoRA, BREAK and AND.

    Sentences are parted too. A longer phrase than `MAX_LENGTH` characters is cut between its words.
    """
    # Half an emoji, as a broken JSON may hold, cannot be given to a tokenizer.
    text = html.unescape(prompt).encode("utf-8", "ignore").decode("utf-8")
    text = _EMBEDDING.sub(" ", _TAG.sub(" ", text))
    text = _NOT_SPOKEN.sub(" ", _WEIGHT.sub(" ", text))
    found: dict[str, str] = {}
    for part in _BETWEEN.split(text):
        phrase = _LAST_WEIGHT.sub("", " ".join(part.split()).strip(" .:\"'"))
        for piece in textwrap.wrap(phrase, MAX_LENGTH, break_on_hyphens=False):
            if _says_something(piece):
                found.setdefault(piece.casefold(), piece)
    return Phrases(tuple(found.values())[:MAX_PHRASES], len(found))


def _says_something(phrase: str) -> bool:
    return any(letter.isalnum() or letter > "\x7f" for letter in phrase)
