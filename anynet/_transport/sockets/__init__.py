"""What is done to a socket, whatever reads and writes it."""
