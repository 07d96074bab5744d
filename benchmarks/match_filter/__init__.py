"""Match a Filter."""
