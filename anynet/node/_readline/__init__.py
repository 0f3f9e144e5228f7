"""The lines of a stream."""
