"""The reactor of a Node runtime, and the handles that hang on it."""
