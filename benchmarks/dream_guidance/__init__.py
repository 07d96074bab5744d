"""Guidance shaped in a toy with a known answer, and in the real host."""
