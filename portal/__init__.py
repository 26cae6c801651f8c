"""Kasane: composition of the site and the kernel every app stands on."""
