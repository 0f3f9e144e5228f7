"""The socket, and what it consists of."""
