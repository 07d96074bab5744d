"""The test host: its setup, a demo and a server on it, its types."""
