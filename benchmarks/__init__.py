"""Measurements of the pack on real pictures; `make bench` runs them all and prints their tables."""
