"""Gaussian, bloom and selective blur beside other libraries."""
