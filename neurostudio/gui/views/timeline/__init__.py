"""What is seen along time: series of voxels, events, words, motion, the carpet, and playing through the volumes."""
