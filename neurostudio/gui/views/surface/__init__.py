"""The cortex of fsaverage5 with a map on it, drawn without OpenGL."""
