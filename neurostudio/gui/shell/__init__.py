"""The frame: main window, docks, welcome page, command palette, preferences."""
