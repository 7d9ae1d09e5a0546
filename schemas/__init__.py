"""Data that crosses a boundary, as strict pydantic models."""
