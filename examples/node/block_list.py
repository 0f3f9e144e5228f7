"""A block list with an address, a range and a subnet, and what it says of some addresses."""

from __future__ import annotations

from anynet import node as net

block_list = net.BlockList()
block_list.addAddress("123.123.123.123")
block_list.addRange("10.0.0.1", "10.0.0.10")
block_list.addSubnet("8592:757c:efae:4e45::", 64, "ipv6")

print(block_list.check("123.123.123.123"))  # True: the address
print(block_list.check("10.0.0.3"))  # True: within the range
print(block_list.check("222.111.111.222"))  # False: nobody spoke of this one

# An IPv4 address may be written as an IPv6 one, in either notation.
print(block_list.check("::ffff:7b7b:7b7b", "ipv6"))  # True
print(block_list.check("::ffff:123.123.123.123", "ipv6"))  # True

print(*block_list.rules, sep="\n")
