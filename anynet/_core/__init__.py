"""Floor 2: the connection and its await face, the server."""
