"""The version of this software; the project file has the same, which a test holds."""

SOFTWARE = "0.1.0"
