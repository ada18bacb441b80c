"""Volumes: three linked slices with a crosshair in millimetres, layers over each other, lightbox and glass brain.

Without Qt: `colours` (values -> pixels), `frame` (which voxel lies where on the screen), `layers` (an image and its look),
`sampling` (a slice of a layer), `scene` (everything that is shown, and what stands at the crosshair), `glass`.
With Qt: `cursor`, `slice_view`, `layer_list`, `look_editor`, `viewer`, and `view` for the artifacts of kind ``volume``.
"""
