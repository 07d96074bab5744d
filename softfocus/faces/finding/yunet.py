"""YuNet (doi 10.1007/s11633-023-1423-y), a stronger face detector that the user may bring as an ONNX file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ...color import displayable
from ...opencv import MissingOpenCV, opencv
from ...settings import MASK
from ..face import Face, distinct

SIDES = (320, 1920)  # px, at most; the longer sides in which a picture is shown
LARGEST = 200  # px; larger faces are seen in parts, and better in the smaller size
LEAST = 128  # px; smaller pictures are padded: OpenCV 4.14 returns noise for thin ones
NMS_OVERLAP = 0.3
MOST = 5000  # candidates before suppression


class YuNet:
    """A detector for `find_faces`, through OpenCV's FaceDetectorYN on the CPU; the file of March 2023 needs 4.8."""

    def __init__(self, path: str | Path) -> None:
        """Read the net, such as `face_detection_yunet_2023mar.onnx`.

        Raises:
            MissingOpenCV: a ValueError; OpenCV is missing, or too old for the file.
            ValueError: the file is not such a net.
        """
        cv2 = opencv("FaceDetectorYN.create")
        if cv2 is None:
            raise MissingOpenCV("YuNet needs OpenCV 4.8 or newer; install it with: pip install opencv-python-headless")
        try:
            self._net: Any = cv2.FaceDetectorYN.create(str(path), "", (320, 320))
        except Exception as error:  # cv2.error
            raise ValueError(f"YuNet cannot be read from {path}; check the file, and OpenCV's version") from error
        try:  # an OpenCV that is too old for a file reads it, and fails at the first picture
            self._detect(torch.zeros(1, 3, LEAST, LEAST), 1.0)
        except cv2.error as error:
            version = getattr(cv2, "__version__", "of this machine")
            raise MissingOpenCV(
                f"OpenCV {version} cannot run {Path(path).name}; YuNet's file of March 2023 needs 4.8 or newer"
            ) from error
        self._net.setNMSThreshold(NMS_OVERLAP)
        self._net.setTopK(MOST)

    def __call__(self, image: Tensor, min_confidence: float = MASK.min_confidence) -> list[list[Face]]:
        """Faces of each picture, most certain first; pictures of more than 320 px are shown in two sizes.

        Args:
            image: [B, 3, H, W] sRGB; any values, taken as by `displayable`.
            min_confidence: 0..1, detections scored lower are left out.

        Returns:
            One list a picture; `keypoints` are [4, 2]: right eye, left eye, nose tip, mouth.
        """
        self._net.setScoreThreshold(float(min_confidence))
        return [self._faces(displayable(image[index : index + 1])) for index in range(len(image))]

    def _faces(self, frame: Tensor) -> list[Face]:
        smallest, *others = sorted({min(1.0, side / max(frame.shape[2:])) for side in SIDES})
        found = self._detect(frame, smallest)
        for scale in others:
            found += [face for face in self._detect(frame, scale) if max(face.box[2:]) * scale <= LARGEST]
        return distinct(found)

    def _detect(self, frame: Tensor, scale: float) -> list[Face]:
        height, width = (max(1, round(length * scale)) for length in frame.shape[2:])
        if scale < 1:
            frame = F.interpolate(frame, (height, width), mode="bilinear", antialias=True)
        frame = F.pad(frame, (0, max(0, LEAST - width), 0, max(0, LEAST - height)))
        pixels = (frame[0].flip(0).movedim(0, -1) * 255).round().to(torch.uint8).cpu().contiguous().numpy()  # BGR
        self._net.setInputSize((pixels.shape[1], pixels.shape[0]))
        _, rows = self._net.detect(pixels)
        return [] if rows is None else [_face(torch.from_numpy(row).float(), scale) for row in rows]


def _face(row: Tensor, scale: float) -> Face:
    """From OpenCV's 15 numbers: box, right eye, left eye, nose tip, right and left mouth corner, score."""
    left, top, width, height = (row[:4] / scale).tolist()
    points = row[4:14].view(5, 2) / scale
    mouth = points[3:].mean(0, keepdim=True)
    return Face((left, top, width, height), row[14].item(), torch.cat((points[:3], mouth)))
