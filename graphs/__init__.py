"""Wiring: which node follows which."""
