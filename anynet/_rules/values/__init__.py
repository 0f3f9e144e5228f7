"""Values without I/O: addresses, block lists, errors, events."""
