"""The primary: starting, supervising and replacing workers."""
