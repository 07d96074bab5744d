"""The only place that knows ComfyUI: its tensors, devices, memory, progress, interruptions and versions."""
