"""One module for each kind of data, each with ``READERS``: a new kind is a new module here."""
