"""Programs about sockets: a server, its clients, and what they say to each other by turns.

Nothing in them races: a client connects after the one before it has been accepted, a socket writes
when it has got all that the other wrote, and what a listener does concerns its own socket. Where
nothing else ends a program, a guard does.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

from tests.fuzz_node.generators.choices import Choices
from tests.fuzz_node.programs import Program, Step, Value, data, error

EVENTS = {
    "end": 8, "close": 8, "finish": 5, "drain": 2, "connect": 3, "ready": 2, "pause": 1,
    "resume": 1, "prefinish": 1, "timeout": 1, "error": 4,
}  # fmt: skip
LOOKS = (
    "destroyed", "connecting", "pending", "readyState", "closed", "errored", "timeout",
    "bytesRead", "bytesWritten", "remoteFamily", "remoteAddress", "localAddress", "readable",
    "writable", "readableEnded", "writableEnded", "writableFinished", "readableFlowing",
    "allowHalfOpen", "readableHighWaterMark", "writableHighWaterMark", "writableCorked",
)  # fmt: skip
NOISE = {
    "look": 16, "setNoDelay": 2, "setKeepAlive": 2, "no timeout": 2, "cork": 2, "nap": 4,
    "empty": 2, "late": 2, "count": 1, "isPaused": 1, "address": 2,
}  # fmt: skip
ENDINGS = {
    "end": 10, "end data": 5, "end callback": 2, "destroy": 5, "destroy error": 4,
    "destroySoon": 4, "resetAndDestroy": 3, "timeout": 3, "write and destroy": 1, "nothing": 1,
}  # fmt: skip
MILLISECONDS_OF_GUARD = 250


class Conversation:
    """One connection: what its two sockets do, step by step."""

    #: How often one of the two is piped to itself.
    percent_of_echoes: ClassVar[int] = 15
    #: How many connections a program has, and how often.
    counts: ClassVar[Mapping[int, int]] = {1: 5, 2: 2}

    def __init__(
        self, choices: Choices, client: str, server: str, server_options: dict[str, Value]
    ) -> None:
        self.choices = choices
        self.client = client
        self.server = server
        self.options = socket_options(choices)
        #: Those that have to end their own side when the other has ended its.
        self.half_open = {
            name
            for name, options in ((client, self.options), (server, server_options))
            if options.get("allowHalfOpen")
        }
        self.paused = {server} if server_options.get("pauseOnConnect") else set()
        self.steps: dict[str, list[Step]] = {client: [], server: []}
        #: How many bytes each has been sent in all.
        self.sent = {client: 0, server: 0}
        self.text = {name for name in self.steps if choices.chance(15)}

    def draw(self) -> None:
        """Everything that the two do."""
        choices = self.choices
        for name, steps in self.steps.items():
            if name in self.text:
                steps.append(
                    ["call", name, "setEncoding", [choices.one_of("utf8", "hex", "latin1")]]
                )
            steps += self._listeners(name)
            steps += self._noise(name, 25)
        speaker, hearer = choices.weighted(
            {(self.client, self.server): 3, (self.server, self.client): 2}
        )
        echoes = not self.text and choices.chance(self.percent_of_echoes)
        if echoes:
            self.steps[hearer].append(["call", hearer, "pipe", [{"$": "object", "of": hearer}]])
        self.steps[speaker] += self._turns(
            speaker, hearer, choices.weighted({0: 2, 1: 3, 2: 3, 3: 2}), echoes
        )

    def _turns(self, speaker: str, hearer: str, count: int, echoes: bool) -> list[Step]:
        """What one says, after which the other answers; in the end one of them closes."""
        if count == 0:
            return self._ending(speaker) + self._noise(speaker, 30)
        said, length = self._writes(speaker)
        if echoes:
            self.sent[speaker] += length
            answer = self._turns(speaker, hearer, count - 1, echoes)
            self._expect(speaker, answer)
        else:
            self.sent[hearer] += length
            answer = self._turns(hearer, speaker, count - 1, echoes)
            self._expect(hearer, answer)
        return said + self._noise(speaker, 30)

    def _expect(self, name: str, steps: list[Step]) -> None:
        # First of all: it must be there before the bytes are, and those turns are drawn inside out.
        count = self.sent[name]
        self.sent[name] = count
        self.steps[name].insert(0, ["expect", name, count, steps])

    def _writes(self, name: str) -> tuple[list[Step], int]:
        """Some writes, and how many bytes they are."""
        choices = self.choices
        steps: list[Step] = []
        length = 0
        corked = choices.chance(15)
        if corked:
            steps.append(["call", name, "cork", []])
        for _ in range(choices.weighted({1: 6, 2: 2, 3: 1})):
            text = choices.text() or "x"
            if choices.chance(4):
                text = text[0] * choices.one_of(20_000, 70_000, 150_000)
            length += len(text)
            args: list[Value] = [data(text) if choices.chance(50) else text]
            if choices.chance(30):
                args.append(self._callback(name))
            steps.append(["call", name, "write", args])
        if corked:
            uncork: Step = ["call", name, "uncork", []]
            steps.append(["later", "tick", 0, [uncork]] if choices.chance(30) else uncork)
        return steps, length

    def _ending(self, name: str) -> list[Step]:
        choices = self.choices
        match choices.weighted(ENDINGS):
            case "end":
                return [["call", name, "end", []]]
            case "end data":
                return [["call", name, "end", [choices.text()]]]
            case "end callback":
                return [["call", name, "end", [self._callback(name)]]]
            case "destroy error":
                return [["call", name, "destroy", [error("X")]]]
            case "timeout":
                body = choices.one_of("destroy", "end", "resetAndDestroy")
                then = choices.make_function(lambda: [["call", name, body, []]], owner=name)
                return [["call", name, "setTimeout", [choices.number_from(5, 20), then]]]
            case "write and destroy":
                return [["call", name, "write", ["last"]], ["call", name, "destroy", []]]
            case "nothing":
                return []
            case method:
                return [["call", name, method, []]]

    # -- what happens besides --------------------------------------------------------------------

    def _listeners(self, name: str) -> list[Step]:
        choices = self.choices
        steps: list[Step] = []
        if choices.chance(85):
            steps.append(["call", name, "on", ["error", self._callback(name)]])
        if choices.chance(80):
            listener = choices.make_function(list, owner=name, prefix="data")
            steps.append(["call", name, "on", ["data", listener]])
        else:
            steps.append(["call", name, "resume", []])
        if name in self.paused and choices.chance(95):
            steps.append(["call", name, "resume", []])
        for _ in range(choices.number_from(1, 4)):
            event = choices.weighted(EVENTS)
            method = choices.weighted({"on": 6, "once": 2, "prependListener": 1})
            steps.append(["call", name, method, [event, self._callback(name)]])
        if choices.chance(97 if name in self.half_open else 35):
            ending = self._ending(name)
            listener = choices.make_function(lambda: ending, owner=name)
            steps.append(["call", name, "on", ["end", listener]])
        return steps

    def _callback(self, name: str) -> Value:
        choices = self.choices
        return choices.make_function(lambda: self._noise(name, 25), owner=name)

    def _noise(self, name: str, percent: float) -> list[Step]:
        """With that chance, something that changes nothing of who speaks when."""
        steps: list[Step] = []
        while self.choices.chance(percent):
            steps += self._bit_of_noise(name)
        return steps

    def _bit_of_noise(self, name: str) -> list[Step]:
        choices = self.choices
        match choices.weighted(NOISE):
            case "look":
                return [["get", name, choices.one_of(*LOOKS)]]
            case "setNoDelay" | "setKeepAlive" as method:
                return [["call", name, method, choices.one_of([], [True], [False])]]
            case "no timeout":
                return [["call", name, "setTimeout", [0]]]
            case "cork":
                return [["call", name, method, []] for method in ("cork", "uncork")]
            case "nap":
                how = choices.one_of("tick", "immediate", "timeout")
                later: Step = ["later", how, 5, [["call", name, "resume", []]]]
                return [["call", name, "pause", []], later]
            case "empty":
                return [["call", name, "write", [""]]]
            case "late":
                # Whether it has connected by then, nobody promises.
                look: Step = ["call", name, choices.one_of("isPaused", "cork", "uncork"), []]
                return [["later", "immediate", 0, [look]]]
            case "count":
                return [["call", name, "listenerCount", [choices.weighted(EVENTS)]]]
            case method:
                return [["call", name, method, []]]


def socket_options(choices: Choices) -> dict[str, Value]:
    """The options of a client, or of the sockets of a server."""
    options: dict[str, Value] = {}
    if choices.chance(40):
        options["allowHalfOpen"] = choices.chance(80)
    if choices.chance(15):
        options["highWaterMark"] = choices.one_of(1, 4, 1000)
    for name in ("noDelay", "keepAlive"):
        if choices.chance(6):
            options[name] = True
    return options


def socket_program(choices: Choices, conversation: type[Conversation] = Conversation) -> Program:
    """One program about a server and its clients."""
    count = choices.weighted(conversation.counts)
    server_options = socket_options(choices)
    if choices.chance(8):
        server_options["pauseOnConnect"] = True
    talks = [
        conversation(choices, f"c{number}", f"s{number}", server_options)
        for number in range(1, count + 1)
    ]
    for talk in talks:
        talk.draw()
    names = ["server", *(name for talk in talks for name in talk.steps)]
    last: list[Step] = [["call", "server", "close", []]]
    if choices.chance(30):
        last = [["call", "server", "close", [choices.make_function(list, owner="server")]]]
    following = last
    for talk in reversed(talks):
        accepted: list[Step] = [["name", 0, talk.server], *talk.steps[talk.server], *following]
        listener = choices.make_function(partial(list, accepted), owner="server")
        following = [
            ["call", "server", "once", ["connection", listener]],
            ["connect", talk.client, "server", talk.options],
            *talk.steps[talk.client],
        ]
    steps: list[Step] = [
        ["guard", MILLISECONDS_OF_GUARD, names],
        ["new", "server", "Server", [server_options]],
    ]
    for event in ("listening", "close", "error"):
        listener = choices.make_function(list, owner="server")
        steps.append(["call", "server", "on", [event, listener]])
    steps.append(["listen", "server", following])
    return choices.program(steps)
