"""Pictures of the real window on a real X server: ``python -m tests.screenshots``."""
