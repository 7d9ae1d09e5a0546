"""The scout: shown the whole part, small, the model says where to look first, and why."""

MOST_REGIONS = 8
"""As its instructions say."""
