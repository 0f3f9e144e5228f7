"""One small echo server per peer, as its users write it: `python -m benchmarks.peers.NAME PORT`."""
