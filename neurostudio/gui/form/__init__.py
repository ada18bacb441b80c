"""The form of a method's settings, built from its Spec."""
