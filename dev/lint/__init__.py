"""Checks of the project as a whole: ``python -m dev.lint``."""
