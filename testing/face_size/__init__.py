"""One face in ever larger pictures, and what a look makes of it there."""
