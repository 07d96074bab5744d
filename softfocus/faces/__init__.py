"""Find faces, place a mesh on them, follow them through a clip, and turn them into soft masks."""

from .clip.cuts import scene_cuts, thumbnail
from .clip.follow import follow_faces
from .clip.motion import picture_motion
from .clip.tracks import Tracks
from .detail_mask import detail_mask, face_detail_mask, refined_regions
from .face import Face, distinct, largest, seen_twice
from .finding.boxes import face_boxes, faces_from_boxes
from .finding.detect import detect_faces
from .finding.find import find_faces
from .finding.landmarks import faces_from_landmarks
from .finding.mesh import add_landmarks
from .finding.subject import faces_of_subject
from .finding.yunet import YuNet
from .masks.hair import hair_mask
from .masks.numbers import draw_numbers
from .masks.outline import refine_outline
from .masks.preview import draw_legend, tint_regions
from .masks.regions import box_of_face, face_width, region_masks, weighted_maximum
from .nets.hair import HairSegmentation
from .nets.weights import FaceNets, face_nets, hair_net, load_face_nets, load_hair_net
from .people import EVERYBODY, choose_people, count_people, parse_people, with_bystanders
from .summary import summarize_drawn, summarize_faces, summarize_people

__all__ = [
    "EVERYBODY",
    "Face",
    "FaceNets",
    "HairSegmentation",
    "Tracks",
    "YuNet",
    "add_landmarks",
    "box_of_face",
    "choose_people",
    "count_people",
    "detail_mask",
    "detect_faces",
    "distinct",
    "draw_legend",
    "draw_numbers",
    "face_detail_mask",
    "face_boxes",
    "face_nets",
    "face_width",
    "faces_from_boxes",
    "faces_from_landmarks",
    "faces_of_subject",
    "find_faces",
    "follow_faces",
    "hair_mask",
    "largest",
    "load_face_nets",
    "load_hair_net",
    "parse_people",
    "hair_net",
    "picture_motion",
    "refine_outline",
    "refined_regions",
    "region_masks",
    "scene_cuts",
    "seen_twice",
    "summarize_drawn",
    "summarize_faces",
    "summarize_people",
    "thumbnail",
    "tint_regions",
    "weighted_maximum",
    "with_bystanders",
]
