"""``dns.promises``: what ``dns`` has, to be awaited."""

from anynet.node._modules.dns_lookup import lookup_promise as lookup

__all__ = ["lookup"]
