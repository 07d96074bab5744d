"""SoftFocus: portraits that bloom and soften as a whole while the facial structure stays clear."""

WEB_DIRECTORY = "./web"


def comfy_entrypoint():
    """Called once by ComfyUI; nothing of ComfyUI is imported before."""
    from .nodes import SoftFocusExtension

    return SoftFocusExtension()
