"""Mattes of drawn people with known alpha."""
