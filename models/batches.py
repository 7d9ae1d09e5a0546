"""Which requests run together."""

from collections.abc import Sequence


def batches(lengths: Sequence[int], *, rows: int, tokens: int) -> list[list[int]]:
    """Indices of items of about equal length: at most `rows`, and at most `tokens` when padded."""
    groups: list[list[int]] = []
    longest = 0
    for index in sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True):
        if groups and len(groups[-1]) < rows and longest * (len(groups[-1]) + 1) <= tokens:
            groups[-1].append(index)
        else:
            groups.append([index])
            longest = lengths[index]
    return groups
