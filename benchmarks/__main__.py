"""`make bench`: every measurement, one table after the other."""

from benchmarks import faces, look

if __name__ == "__main__":
    look.main()
    print()
    faces.main([])
