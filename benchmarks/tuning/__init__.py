"""Dreamy but Sharp: does the tuner reach what its sliders ask for?"""
