"""Mattes of photographs whose alpha was measured."""
