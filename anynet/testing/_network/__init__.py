"""A simulated network in one process, with a virtual clock."""
