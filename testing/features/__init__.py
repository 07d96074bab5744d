"""Encoders, methods to compare with, and scores of feature maps."""
