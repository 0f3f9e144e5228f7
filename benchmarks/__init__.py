"""Measures anynet beside the other ways to write an echo server, in one run."""
