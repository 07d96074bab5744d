"""One face in ever larger pictures."""
