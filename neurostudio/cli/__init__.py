"""The command line: reads flags, calls ``neurostudio.app``, prints. No science, no database."""
