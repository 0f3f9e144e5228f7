"""Opening what listens, and the socket files and passed sockets beneath."""
