"""Errors with Node's codes and words."""
