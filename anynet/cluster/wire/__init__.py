"""What primary and workers exchange.

``messages`` holds every message, ``codec`` turns them into frames and back, and ``frames`` these
into bytes. ``frame_socket`` sends and receives frames without ever waiting; ``link`` waits for it
in a nursery (the adapter's channel does on its reactor). ``channel`` is the public one, over a
``Socket``; ``fd_handles`` knows what can go along with a message.
"""
