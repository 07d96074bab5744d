"""`make bench`: every measurement, one table after the other."""

from benchmarks import (
    cutouts,
    dream_guidance,
    face_video,
    faces,
    feature_cost,
    features,
    image_engine,
    landmarks,
    look,
    matting,
    quality_effect,
    quality_ladder,
    quality_metrics,
    sharpen,
)

if __name__ == "__main__":
    look.main()
    print()
    faces.main([])
    print()
    landmarks.main([])
    print()
    face_video.main()
    print()
    cutouts.main()
    print()
    matting.main([])
    print()
    image_engine.main([])
    print()
    features.main([])
    print()
    feature_cost.main()
    print()
    sharpen.main()
    print()
    quality_metrics.main()
    print()
    quality_effect.main([])
    print()
    quality_ladder.main()
    print()
    dream_guidance.main()
