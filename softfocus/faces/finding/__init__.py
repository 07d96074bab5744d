"""Where the faces of a picture are: detectors, boxes, the mesh and its landmarks."""
