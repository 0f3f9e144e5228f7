"""Decisions without I/O: who is admitted, which address is tried next."""
