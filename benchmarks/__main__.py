"""`make bench`: every measurement, one table after the other."""

from benchmarks import cutouts, face_video, faces, image_engine, landmarks, look, matting

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
