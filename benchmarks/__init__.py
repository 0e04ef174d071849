"""Measures winnow against labelled collections of real pages, which are not part of the project."""
