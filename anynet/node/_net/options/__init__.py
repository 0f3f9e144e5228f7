"""Arguments and options: read, checked and turned into values."""
