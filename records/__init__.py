"""What a run leaves behind: images, ledger, report."""
