"""Folders of chunks on disk: their plan, format, locks and merging."""
