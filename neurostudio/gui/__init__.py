"""The window: views of run folders and projects. It computes nothing, touches no database, and never blocks."""
