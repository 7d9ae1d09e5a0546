"""Roles that talk to the model: their layered instructions, and the nodes that use them."""
