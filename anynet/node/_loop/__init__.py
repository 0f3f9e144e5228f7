"""The runtime, its ticks and its timers."""
