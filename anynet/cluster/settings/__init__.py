"""What a cluster is made with: programs, settings, signals."""
