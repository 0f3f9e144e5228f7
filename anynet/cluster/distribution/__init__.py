"""How the connections of one address reach several workers."""
