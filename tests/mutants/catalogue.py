"""Which modules are mutated, and which tests have to notice."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator
from pathlib import Path

from tests.mutants.mutating import Mutant, mutants_of

ROOT = Path(__file__).parents[2]
#: From the beginning of a module's name to its own tests; the first row that fits counts.
TESTS: dict[str, tuple[str, ...]] = {
    "anynet._rules.checks": ("tests/rules/test_checks.py", "tests/rules/test_options.py"),
    "anynet._rules.options": (
        "tests/rules/test_options.py",
        "tests/rules/test_option_values.py",
        "tests/test_threat_model.py",
        "tests/core/servers/test_bad_input.py",
        "tests/core/connections/test_connect.py",
    ),
    "anynet._rules.policy.accepting": ("tests/rules/policy/test_accepting.py",),
    "anynet._rules.policy.attempts": ("tests/rules/policy/test_attempts.py",),
    "anynet._rules.policy.by_address": ("tests/rules/policy/test_by_address.py",),
    "anynet._rules.policy.eviction": ("tests/rules/policy/test_eviction.py",),
    "anynet._rules.policy.repeats": ("tests/rules/policy/test_repeats.py",),
    "anynet._rules.proxy": ("tests/rules/proxy",),
    "anynet._rules.values.addresses": ("tests/rules/values/test_addresses.py",),
    "anynet._rules.values.block": (
        "tests/rules/values/test_block_list.py",
        "tests/rules/values/test_block_list_model.py",
    ),
    "anynet._rules.values.interval_set": (
        "tests/rules/values/test_block_list.py",
        "tests/rules/values/test_block_list_model.py",
    ),
    "anynet._rules.values.bound_socket": ("tests/core/connections/test_bound_sockets.py",),
    "anynet._rules.values": (
        "tests/rules/values/test_portable.py",
        "tests/rules/values/test_value.py",
        "tests/rules/values/test_errors.py",
    ),
    "anynet._transport.streams.half_state": ("tests/transport/streams/test_half_state.py",),
    "anynet.framing._splitters": (
        "tests/framing/test_splitters.py",
        "tests/framing/test_framing.py",
    ),
    "anynet.framing": (
        "tests/framing/test_framing.py",
        "tests/framing/test_failures_of_peers.py",
        "tests/framing/test_task_switches.py",
    ),
    "anynet.node._streams.flow": ("tests/node/streams/test_flow.py",),
    "anynet.node._streams.write_end": ("tests/node/streams/test_write_end.py",),
}
PACKAGES = (
    "anynet/_rules",
    "anynet/_transport/streams/half_state.py",
    "anynet/framing",
    "anynet/node/_streams/flow.py",
    "anynet/node/_streams/write_end.py",
)


def own_tests(module: str) -> tuple[str, ...]:
    """The files and folders of tests that have to notice a mutant of the module."""
    return next(tests for begin, tests in TESTS.items() if module.startswith(begin))


def file_of(module: str) -> Path:
    return ROOT.joinpath(*module.split(".")).with_suffix(".py")


def modules() -> Iterator[tuple[str, Path]]:
    """The name and file of each module that is mutated."""
    for place in PACKAGES:
        path = ROOT / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            if file.name != "__init__.py":
                yield ".".join(file.relative_to(ROOT).with_suffix("").parts), file


@functools.cache
def all_mutants() -> list[Mutant]:
    """Every mutant of every module, in order."""
    return [
        mutant for name, file in modules() for mutant in mutants_of(name, file.read_text("utf-8"))
    ]


def sample(count: int, seed: int) -> list[Mutant]:
    """So many mutants of all, in order; a change of the code changes those of its place alone."""
    everything = all_mutants()

    def lot(mutant: Mutant) -> bytes:
        return hashlib.sha256(f"{seed} {mutant.name}".encode()).digest()

    chosen = set(map(id, sorted(everything, key=lot)[:count]))
    return [mutant for mutant in everything if id(mutant) in chosen]
