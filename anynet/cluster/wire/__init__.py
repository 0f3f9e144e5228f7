"""What primary and workers exchange: frames, descriptors, messages."""
