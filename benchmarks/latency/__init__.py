"""How long the preview, loading the pack and a long prompt take."""
