"""What other modules of Node have for a program that uses ``net``."""
