"""`make bench`: every measurement, one table after the other."""

from benchmarks import cutouts, faces, look, matting

if __name__ == "__main__":
    look.main()
    print()
    faces.main([])
    print()
    cutouts.main()
    print()
    matting.main([])
