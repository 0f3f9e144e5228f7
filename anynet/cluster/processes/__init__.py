"""Processes: that a worker ends with its parent."""
