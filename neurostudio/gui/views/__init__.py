"""One view for each kind of artifact."""
