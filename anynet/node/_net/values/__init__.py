"""Values: block lists and socket addresses."""
