"""Emitters of events, and abort signals."""
