"""Find faces, place a mesh on them, and turn it into soft masks."""

from .detect import detect_faces
from .face import Face
from .find import find_faces
from .landmarks import faces_from_landmarks
from .mesh import add_landmarks
from .outline import refine_outline
from .preview import tint_regions
from .regions import region_masks, weighted_maximum
from .weights import FaceNets, load_face_nets

__all__ = [
    "Face",
    "FaceNets",
    "add_landmarks",
    "detect_faces",
    "faces_from_landmarks",
    "find_faces",
    "load_face_nets",
    "refine_outline",
    "region_masks",
    "tint_regions",
    "weighted_maximum",
]
