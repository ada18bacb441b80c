"""Labelled text: layouts, columns, parsing and checks. The reader itself is ``neurostudio.data.readers.labelled_text``."""
