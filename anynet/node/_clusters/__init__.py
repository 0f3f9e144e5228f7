"""Node's cluster module."""
