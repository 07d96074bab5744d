"""CLIP's part of Quality Score: the user's CLIP and CLIP_VISION, asked about each picture."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import comfy.model_management as mm

from ...softfocus.quality import Measured
from ...softfocus.quality.clip.aesthetic import AestheticHead
from ...softfocus.quality.clip.clip_scores import ClipScores, TextEmbeddings, check_emotion, embed_texts, score_views
from ...softfocus.quality.clip.clip_texts import AUTO, prompt_phrases
from ...softfocus.quality.clip.clip_views import SQUARE, WHOLE, cut_squares, picture_boxes
from .aesthetic_head import find_head
from .clip_projection import CannotJudge
from .clip_towers import ImageTower, TextTower

NOT_CONNECTED = "prompt and emotion are judged only where clip and clip_vision are connected."
NO_VISION = "Without clip_vision, clip has no picture to compare texts with: connect CLIP ViT-L/14 by Load CLIP Vision."
NO_TEXTS = (
    "Without clip there are no texts to compare pictures with, so that only the aesthetic value can be given: connect the "
    "CLIP of an SD1.5 checkpoint."
)


class ClipJudge:
    """Judges pictures by CLIP. All texts are encoded once, when it is made.

    Args:
        prompt: any text; its phrases are looked for.
        emotion: "auto" or one of the eight words.
        clip, clip_vision: the host's objects; either may be None.

    Attributes:
        notes: what is missing or left out and why, as sentences. Nothing missing is an error.

    Raises:
        ValueError: `emotion` is another word.
    """

    def __init__(self, prompt: str, emotion: str, clip: Any, clip_vision: Any) -> None:
        check_emotion(emotion)
        self.notes: list[str] = []
        self._emotion = emotion
        self._images: ImageTower | None = None
        self._texts: TextEmbeddings | None = None
        self._head: AestheticHead | None = None
        if clip_vision is None:
            has_texts = prompt.strip() != "" or emotion != AUTO
            self.notes += [NO_VISION] if clip is not None else [NOT_CONNECTED] * has_texts
            return
        try:
            self._images = ImageTower(clip_vision)
        except CannotJudge as reason:
            self.notes.append(str(reason))
            return
        self._texts = self._embedded(prompt, clip, self._images)
        self._head = self._aesthetic(self._images)

    def __call__(self, picture: Measured) -> ClipScores | None:
        """Scores of one picture; the mask is taken for the face. None where there is nothing to judge it by."""
        if self._images is None or (self._texts is None and self._head is None):
            return None
        mm.throw_exception_if_processing_interrupted()
        oblong = picture.rgb.shape[-2] != picture.rgb.shape[-1]
        crops = self._texts is not None and len(self._texts.phrases) > 0
        face = None if self._texts is None else picture.regions.inside
        boxes = picture_boxes(picture.rgb, face, crops=crops, square=oblong and self._head is not None)
        vectors = self._images.embed(cut_squares(picture.rgb, boxes.values(), self._images.side))
        views = dict(zip(boxes, vectors, strict=True))
        scores = ClipScores() if self._texts is None else score_views(views, self._texts, self._emotion)
        if self._head is None:
            return scores
        return replace(scores, aesthetic=self._head.value(views.get(SQUARE, views[WHOLE])))

    def _embedded(self, prompt: str, clip: Any, images: ImageTower) -> TextEmbeddings | None:
        if clip is None:
            self.notes.append(NO_TEXTS)
            return None
        phrases = prompt_phrases(prompt)
        try:
            tower = TextTower(clip, images)
        except CannotJudge as reason:
            self.notes.append(str(reason))
            return None
        texts = embed_texts(tower.embed, phrases.kept)
        self.notes += [*tower.notes, *([phrases.note] if phrases.note else [])]
        return texts

    def _aesthetic(self, images: ImageTower) -> AestheticHead | None:
        try:
            head, name = find_head(images.width)
        except CannotJudge as reason:
            self.notes.append(str(reason))
            return None
        self.notes.append(f"The aesthetic value is by {name}.")
        return head
