"""Readable, writable and duplex streams."""
