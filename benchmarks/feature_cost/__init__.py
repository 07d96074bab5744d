"""Feature Sharpen with an encoder at 4K."""
