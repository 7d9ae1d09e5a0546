"""Measured quality: datasets, scorers and what they say."""
