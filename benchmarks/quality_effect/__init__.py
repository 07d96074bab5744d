"""The score of good and bad effects."""
