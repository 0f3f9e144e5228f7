"""Node's ``tls``: sockets and servers over the TLS handle of the reactor."""
