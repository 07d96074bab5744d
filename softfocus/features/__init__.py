"""What a vision encoder sees in a picture, and where exactly."""

from .encoder import FeatureEncoder
from .pca import pca_picture
from .strength import feature_strength
from .upsample import sharp_features
from .views import picture_grid

__all__ = ["FeatureEncoder", "feature_strength", "pca_picture", "picture_grid", "sharp_features"]
