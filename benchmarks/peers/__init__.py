"""One small echo server per peer, written as its users write it: `python -m benchmarks.peers.NAME PORT …`."""
