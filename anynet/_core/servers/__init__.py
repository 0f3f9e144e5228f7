"""Servers: accepting, running handlers, shutting down."""
