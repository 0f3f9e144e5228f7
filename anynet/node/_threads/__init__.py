"""Workers that are threads, and the messages between them."""
