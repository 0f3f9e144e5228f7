"""Is this text an IP address, and of which family?"""

from __future__ import annotations

from anynet import node as net

# Neither leading zeros nor the length of a prefix belong to an address.
for text in ("::1", "127.0.0.1", "127.000.000.001", "127.0.0.1/24", "fhqwhgads"):
    print(f"{text}: {net.isIP(text)} {net.isIPv4(text)} {net.isIPv6(text)}")
