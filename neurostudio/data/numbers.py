"""Telling numbers from other text in the fields of a file."""


def is_number(field: str) -> bool:
    """Whether a field is a decimal number, as Python and C write them (``nan`` and ``inf`` included)."""
    try:
        float(field)
    except ValueError:
        return False
    return "_" not in field and field.isascii()
