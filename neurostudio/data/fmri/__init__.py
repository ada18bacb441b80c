"""Brain images and what lies beside them: grids, headers, volumes in time, runs of BIDS, events, confounds, words, labels."""
