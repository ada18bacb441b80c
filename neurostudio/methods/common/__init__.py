"""What several domains share. Holds no methods."""
