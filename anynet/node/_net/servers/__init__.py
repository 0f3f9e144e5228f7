"""The server, and what it consists of."""
