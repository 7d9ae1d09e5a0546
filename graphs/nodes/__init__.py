"""Nodes that need no model: what tools measure, and what follows from it."""
