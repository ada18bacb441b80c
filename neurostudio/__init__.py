"""NeuroStudio: one place for a lab's spiking networks, brain data, language models and reports."""

__version__ = "0.1.0"
