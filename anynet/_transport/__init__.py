"""Floor 1: the only place that touches sockets and the host loop."""
