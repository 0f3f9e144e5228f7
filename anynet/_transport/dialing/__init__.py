"""Connecting: one address, or several in a race."""
