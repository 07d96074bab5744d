"""Find faces, place a mesh on them, follow them through a clip, and turn them into soft masks."""

from .boxes import faces_from_boxes
from .cuts import scene_cuts, thumbnail
from .detail_mask import detail_mask, face_detail_mask, refined_regions
from .detect import detect_faces
from .face import Face, largest
from .find import find_faces
from .follow import follow_faces
from .hair import hair_mask
from .landmarks import faces_from_landmarks
from .mesh import add_landmarks
from .motion import picture_motion
from .outline import refine_outline
from .preview import draw_legend, tint_regions
from .regions import region_masks, weighted_maximum
from .selfie import SelfieSegmentation
from .subject import faces_of_subject
from .summary import summarize_faces
from .weights import FaceNets, face_nets, load_face_nets, load_selfie_net, person_net
from .yunet import YuNet

__all__ = [
    "Face",
    "FaceNets",
    "SelfieSegmentation",
    "YuNet",
    "add_landmarks",
    "detail_mask",
    "detect_faces",
    "draw_legend",
    "face_detail_mask",
    "face_nets",
    "faces_from_boxes",
    "faces_from_landmarks",
    "faces_of_subject",
    "find_faces",
    "follow_faces",
    "hair_mask",
    "largest",
    "load_face_nets",
    "load_selfie_net",
    "person_net",
    "picture_motion",
    "refine_outline",
    "refined_regions",
    "region_masks",
    "scene_cuts",
    "summarize_faces",
    "thumbnail",
    "tint_regions",
    "weighted_maximum",
]
