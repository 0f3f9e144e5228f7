"""Programs about sockets to which hardly anybody listens, as in most servers.

What the end of such a socket brings about goes unheard, but not unseen: its state is looked at when
it has closed, and by the listeners that it has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from tests.fuzz_node.generators.choices import Choices
from tests.fuzz_node.generators.sockets import EVENTS, LOOKS, Conversation, socket_program
from tests.fuzz_node.programs import Program, Step

COUNTED = ("end", "finish", "unpipe", "close", "error", "data", "readable", "prefinish", "pause")


class QuietConversation(Conversation):
    """A connection whose sockets have few listeners; one is often piped to itself."""

    percent_of_echoes: ClassVar[int] = 60
    #: With few listeners, nothing would keep two in step.
    counts: ClassVar[Mapping[int, int]] = {1: 1}

    def _listeners(self, name: str) -> list[Step]:
        choices = self.choices
        steps: list[Step] = []
        if choices.chance(30):
            steps.append(["call", name, "on", ["error", self._callback(name)]])
        if choices.chance(25):
            event = choices.weighted(EVENTS)
            method = choices.weighted({"on": 2, "once": 1})
            steps.append(["call", name, method, [event, self._callback(name)]])
        if choices.chance(40):
            listener = choices.make_function(list, owner=name, prefix="data")
            steps.append(["call", name, "on", ["data", listener]])
        if name in self.paused or "data" not in [step[3][0] for step in steps if step[3]]:
            steps.append(["call", name, "resume", []])
        if choices.chance(97 if name in self.half_open else 10):
            ending = self._ending(name)
            listener = choices.make_function(lambda: ending, owner=name)
            steps.append(["call", name, "on", ["end", listener]])
        if choices.chance(80):
            listener = choices.make_function(lambda: self._looks(name), owner=name)
            steps.append(["call", name, "on", ["close", listener]])
        return steps

    def _looks(self, name: str) -> list[Step]:
        """Everything that can be seen of a socket."""
        looks: list[Step] = [["get", name, each] for each in LOOKS]
        counts: list[Step] = [["call", name, "listenerCount", [each]] for each in COUNTED]
        names: list[Step] = [["call", name, "eventNames", []], ["call", name, "isPaused", []]]
        return looks + counts + names


def quiet_program(choices: Choices) -> Program:
    """One program about a server and clients that hardly listen."""
    return socket_program(choices, QuietConversation)
