"""This process, its children, and the channel between them."""
