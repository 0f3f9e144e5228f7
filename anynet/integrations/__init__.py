"""Neighbours: what other packages need to run over anynet. Each module needs one of them.

Nothing is imported here, and nothing else of anynet imports these modules: who uses one names it,
and has installed what it is for.
"""
