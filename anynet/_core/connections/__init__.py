"""Sockets, their events, and how they are made and joined."""
