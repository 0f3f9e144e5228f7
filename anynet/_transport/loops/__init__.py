"""The event loop that runs: the only room that tells Trio and asyncio apart."""
