"""What a check against a block list costs, by the number of its rules, beside Node's `BlockList`.

    python benchmarks/block_list.py [--node PATH]

Rules and probes are random, with a fixed seed: addresses, ranges and subnets of both families in
equal parts. A probe that hits was drawn from a rule. Each number is the best of several rounds.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Any, Literal

from anynet._rules.values.block_list import BlockList

SIZES = (100, 10_000, 100_000)
PROBES = 2_000
ROUNDS = 7
NODE_LONGEST = 0.5  # seconds for one round of Node, which checks fewer probes when it is slow

Family = Literal["ipv4", "ipv6"]
Rule = tuple[str, Family, str, Any]  # kind, family, address, end or prefix
Probe = tuple[str, Family]

NODE_SCRIPT = """
const { BlockList } = require('net');
const { cases, rounds, longest } = JSON.parse(require('fs').readFileSync(0));
const best = (list, probes) => {
  const timed = (count) => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < count; i++) list.check(probes[i][0], probes[i][1]);
    return Number(process.hrtime.bigint() - start) / count;
  };
  const count = Math.max(10, Math.min(probes.length, Math.floor(longest * 1e9 / timed(10))));
  let lowest = Infinity;
  for (let i = 0; i < rounds; i++) lowest = Math.min(lowest, timed(count));
  return lowest;
};
console.log(JSON.stringify(cases.map(({ rules, hits, misses }) => {
  const list = new BlockList();
  for (const [kind, family, address, other] of rules) {
    if (kind === 'address') list.addAddress(address, family);
    else if (kind === 'range') list.addRange(address, other, family);
    else list.addSubnet(address, other, family);
  }
  return [best(list, hits), best(list, misses)];
})));
"""


def main() -> None:
    parser = argparse.ArgumentParser(description="the cost of BlockList.check")
    parser.add_argument("--node", help="path of a Node binary (default: the one on PATH)")
    node = parser.parse_args().node or shutil.which("node")
    cases = [make_case(random.Random(size), size) for size in SIZES]
    ours = [measure(case) for case in cases]
    theirs = measure_node(node, cases) if node else None
    version = node_version(node) if node else "not found: give --node PATH"
    print(f"BlockList.check, ns per check; Node: {version}")
    print(f"{'rules':>8} {'hit':>10} {'miss':>10} {'Node hit':>14} {'Node miss':>14}")
    for row, size in enumerate(SIZES):
        beside = "{:>14,.0f} {:>14,.0f}".format(*theirs[row]) if theirs else f"{'-':>14} {'-':>14}"
        print(f"{size:>8} {ours[row][0]:>10,.0f} {ours[row][1]:>10,.0f} {beside}")
    print(ratio("anynet", ours))
    if theirs:
        print(ratio("Node", theirs))


def ratio(name: str, results: list[list[float]]) -> str:
    hit, miss = (results[-1][each] / results[0][each] for each in (0, 1))
    return f"{name}: {SIZES[-1]} rules / {SIZES[0]} rules: hit {hit:.2f}, miss {miss:.2f}"


def make_case(rng: random.Random, size: int) -> dict[str, list[Any]]:
    """The rules, the probes that hit one of them and those that hit none."""
    rules = [make_rule(rng, index) for index in range(size)]
    block_list = listed(rules)
    hits = [inside(rng, rng.choice(rules)) for _ in range(PROBES)]
    misses: list[Probe] = []
    while len(misses) < PROBES:
        width = rng.choice((32, 128))
        probe = spelled(rng.getrandbits(width), width)
        if not block_list.check(*probe):
            misses.append(probe)
    return {"rules": rules, "hits": hits, "misses": misses}


def make_rule(rng: random.Random, index: int) -> Rule:
    """A rule small enough that 100 000 of them leave most of the address space free."""
    width = (32, 128)[index % 2]
    number = rng.getrandbits(width)
    address, family = spelled(number, width)
    if index % 3 == 0:
        return ("address", family, address, None)
    if index % 3 == 1:
        last = min(number + rng.randrange(1, 5_000), 2**width - 1)
        return ("range", family, address, spelled(last, width)[0])
    return ("subnet", family, address, rng.randrange(20 if width == 32 else 32, width))


def inside(rng: random.Random, rule: Rule) -> Probe:
    kind, family, address, other = rule
    width = 32 if family == "ipv4" else 128
    number = parsed(address)
    if kind == "range":
        number = rng.randint(number, parsed(other))
    elif kind == "subnet":
        number ^= rng.getrandbits(width - other)
    return spelled(number, width)


def listed(rules: list[Rule]) -> BlockList:
    block_list = BlockList()
    for kind, _, address, other in rules:
        if kind == "address":
            block_list.add_address(address)
        elif kind == "range":
            block_list.add_range(address, other)
        else:
            block_list.add_subnet(address, other)
    return block_list


def parsed(address: str) -> int:
    domain = socket.AF_INET6 if ":" in address else socket.AF_INET
    return int.from_bytes(socket.inet_pton(domain, address), "big")


def spelled(number: int, width: int) -> Probe:
    packed = number.to_bytes(width // 8, "big")
    if width == 32:
        return socket.inet_ntop(socket.AF_INET, packed), "ipv4"
    return socket.inet_ntop(socket.AF_INET6, packed), "ipv6"


def measure(case: dict[str, list[Any]]) -> list[float]:
    """Nanoseconds per check of the probes that hit and of those that miss."""
    check = listed(case["rules"]).check
    lowest = []
    for kind, expected in (("hits", True), ("misses", False)):
        addresses = [address for address, _ in case[kind]]
        if any(check(address) is not expected for address in addresses):
            raise AssertionError(f"a wrong answer among the {kind}")
        rounds = []
        for _ in range(ROUNDS):
            start = time.perf_counter_ns()
            for address in addresses:
                check(address)
            rounds.append((time.perf_counter_ns() - start) / PROBES)
        lowest.append(min(rounds))
    return lowest


def measure_node(node: str, cases: list[dict[str, list[Any]]]) -> list[list[float]]:
    task = json.dumps({"cases": cases, "rounds": ROUNDS, "longest": NODE_LONGEST})
    done = subprocess.run(
        [node, "-e", NODE_SCRIPT], input=task, stdout=subprocess.PIPE, text=True, check=True
    )
    results: list[list[float]] = json.loads(done.stdout)
    return results


def node_version(node: str) -> str:
    done = subprocess.run([node, "--version"], stdout=subprocess.PIPE, text=True, check=True)
    return f"{done.stdout.strip()} ({Path(node).name})"


if __name__ == "__main__":
    main()
