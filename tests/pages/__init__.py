"""Looks at the built documentation in a browser: see :mod:`tests.pages.__main__`."""
