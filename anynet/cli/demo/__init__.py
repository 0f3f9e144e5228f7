"""``anynet demo``: a naive server and ours, put through the same troubles."""
