"""The kinds of programs, each with what draws one of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from tests.fuzz_node.generators.choices import Choices
from tests.fuzz_node.generators.emitter import emitter_program
from tests.fuzz_node.generators.pipelines import pipeline_program
from tests.fuzz_node.generators.quiet import quiet_program
from tests.fuzz_node.generators.sockets import socket_program
from tests.fuzz_node.generators.streams import stream_program
from tests.fuzz_node.programs import Program

KINDS: Final[Mapping[str, Callable[[Choices], Program]]] = {
    "emitter": emitter_program,
    "streams": stream_program,
    "pipelines": pipeline_program,
    "sockets": socket_program,
    "quiet": quiet_program,
}


def generate(kind: str, seed: int, number: int) -> Program:
    """The program of this kind, seed and number: each time the same one."""
    return KINDS[kind](Choices(kind, seed, number))
