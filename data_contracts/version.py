"""Versions of this software, which the project file repeats and a test compares, and of the rules for a status."""

SOFTWARE = "0.1.0"

STATUS_RULES = "1"
