"""Drawn boards, tasks put in the agents' own words, and the training of the shipped model."""
