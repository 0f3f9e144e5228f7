"""A worker: listening by way of the primary."""
