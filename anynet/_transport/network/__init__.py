"""The seam between the core and the network."""
