"""`make bench`: every measurement, one table after the other."""

from benchmarks.cutouts import __main__ as cutouts
from benchmarks.drawn_faces import __main__ as drawn_faces
from benchmarks.dream_guidance import __main__ as dream_guidance
from benchmarks.engine import time as engine_time
from benchmarks.engine.cost import __main__ as engine_cost
from benchmarks.face_size import __main__ as face_size
from benchmarks.face_video import __main__ as face_video
from benchmarks.faces import __main__ as faces
from benchmarks.faces import close_ups as face_close_ups
from benchmarks.faces import confidence as face_confidence
from benchmarks.faces import faceless
from benchmarks.faces import turned as faces_turned
from benchmarks.feature_cost import __main__ as feature_cost
from benchmarks.features import __main__ as features
from benchmarks.hair import __main__ as hair
from benchmarks.image_engine import __main__ as image_engine
from benchmarks.landmarks import __main__ as landmarks
from benchmarks.landmarks import other_points
from benchmarks.latency import pack_load, prompt_phrases
from benchmarks.latency import preview as preview_latency
from benchmarks.light import __main__ as light
from benchmarks.look import __main__ as look
from benchmarks.look import unchanged as look_unchanged
from benchmarks.match_filter import __main__ as match_filter
from benchmarks.matting import __main__ as matting
from benchmarks.matting import flicker as matting_flicker
from benchmarks.matting import foreground as matting_foreground
from benchmarks.matting_photographs import __main__ as matting_photographs
from benchmarks.opinion import __main__ as opinion
from benchmarks.quality_effect import __main__ as quality_effect
from benchmarks.quality_ladder import __main__ as quality_ladder
from benchmarks.quality_metrics import __main__ as quality_metrics
from benchmarks.sharpen import __main__ as sharpen
from benchmarks.skin import __main__ as skin
from benchmarks.tuning import __main__ as tuning
from benchmarks.tuning import time as tuning_time

if __name__ == "__main__":
    look.main()
    print()
    look_unchanged.main([])
    print()
    tuning.main([])
    print()
    tuning_time.main()
    print()
    light.main([])
    print()
    match_filter.main([])
    print()
    face_size.main([])
    print()
    faces.main([])
    print()
    faces_turned.main()
    print()
    face_close_ups.main()
    print()
    face_confidence.main()
    print()
    faceless.main()
    print()
    drawn_faces.main()
    print()
    landmarks.main([])
    print()
    other_points.main()
    print()
    hair.main([])
    print()
    face_video.main()
    print()
    cutouts.main()
    print()
    matting.main([])
    print()
    matting_flicker.main([])
    print()
    matting_foreground.main([])
    print()
    matting_photographs.main([])
    print()
    image_engine.main([])
    print()
    engine_cost.main([])
    print()
    engine_time.main([])
    print()
    features.main([])
    print()
    feature_cost.main()
    print()
    sharpen.main()
    print()
    skin.main([])
    print()
    quality_metrics.main()
    print()
    quality_effect.main([])
    print()
    quality_ladder.main()
    print()
    opinion.main([])
    print()
    dream_guidance.main()
    print()
    pack_load.main()
    print()
    prompt_phrases.main()
    print()
    preview_latency.main()
