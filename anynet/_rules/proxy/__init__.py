"""The PROXY protocol as bytes and values, without I/O."""
