"""Byte streams over sockets and over other streams."""
