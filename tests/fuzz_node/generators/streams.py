"""Programs about streams: sources and sinks made of functions, joined by pipes or by hand."""

from __future__ import annotations

from tests.fuzz_node.generators.choices import Choices
from tests.fuzz_node.programs import Program, Step, Value, data, error, function, object_named

READABLE_EVENTS = {
    "data": 8, "readable": 5, "end": 5, "close": 4, "error": 3, "pause": 2, "resume": 2,
}  # fmt: skip
WRITABLE_EVENTS = {
    "drain": 4, "finish": 5, "close": 4, "error": 3, "pipe": 2, "unpipe": 2, "prefinish": 1,
}  # fmt: skip
READABLE_STEPS = {
    "push": 12, "read": 10, "resume": 6, "pause": 6, "unshift": 3, "listen": 14, "look": 8,
    "destroy": 3, "setEncoding": 2, "isPaused": 2, "later": 8, "pipe": 6, "unpipe": 3, "forget": 2,
}  # fmt: skip
WRITABLE_STEPS = {
    "write": 18, "end": 6, "cork": 4, "uncork": 5, "listen": 12, "look": 8, "destroy": 3,
    "setDefaultEncoding": 1, "later": 8, "forget": 2,
}  # fmt: skip
STREAM_LOOKS = ("destroyed", "errored", "closed")
READABLE_LOOKS = (
    "readable", "readableFlowing", "readableEnded", "readableLength", "readableDidRead",
    "readableAborted", "readableHighWaterMark", "readableEncoding",
)  # fmt: skip
WRITABLE_LOOKS = (
    "writable", "writableEnded", "writableFinished", "writableLength", "writableNeedDrain",
    "writableCorked", "writableHighWaterMark",
)  # fmt: skip


#: The streams of a program, a letter for each; see CLASSES.
SHAPES = {"r": 4, "w": 4, "rw": 4, "d": 3, "rd": 2, "dw": 1, "rww": 1, "t": 3, "rtw": 2, "p": 1}
CLASSES = {
    "r": "Readable", "w": "Writable", "d": "Duplex", "t": "Transform", "p": "PassThrough",
}  # fmt: skip


class Streams:
    """Draws the steps of one program."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.objects = choices.chance(15)
        #: The streams, by the sides that each has.
        self.readables: list[str] = []
        self.writables: list[str] = []

    def draw(self) -> Program:
        """A whole program."""
        choices = self.choices
        shape = choices.weighted(SHAPES)
        steps: list[Step] = []
        for number, sides in enumerate(shape):
            steps += self.new_stream(sides, f"{sides}{number + 1}")
        for _ in range(choices.number_from(1, 4)):
            steps += self.steps(choices.number_from(1, 5))
            if choices.chance(40):
                steps.append(["later", *self._when(), self.steps(choices.number_from(1, 4))])
        return choices.program(steps)

    # -- making streams ---------------------------------------------------------------------------

    def new_stream(self, letter: str, name: str) -> list[Step]:
        """A stream of the class of that letter, mostly with a listener to its errors."""
        choices = self.choices
        options: dict[str, Value] = {}
        if letter != "w":
            self.readables.append(name)
            self._source(name, options, "read" if letter in "rd" else None)
        if letter != "r":
            self.writables.append(name)
            self._sink(name, options, functions=letter in "wd")
        if letter == "t":
            self._between(name, options)
        self._both(letter, name, options)
        steps: list[Step] = [["new", name, CLASSES[letter], [options]]]
        if choices.chance(80):
            steps.append(["call", name, "on", ["error", self._listener(name, empty=70)]])
        return steps

    def _both(self, letter: str, name: str, options: dict[str, Value]) -> None:
        choices = self.choices
        if self.objects:
            options[choices.one_of("objectMode", "objectMode", "readableObjectMode")] = True
        if letter in "dtp" and choices.chance(30):
            options["allowHalfOpen"] = choices.chance(40)
        if choices.chance(12):
            options["autoDestroy"] = choices.chance(20)
        if choices.chance(6):
            options["emitClose"] = False
        if choices.chance(10):
            answers: list[list[Value]] = [[]] * 8 + [[error("C")]]
            options["construct"] = self._sink_function(name, "construct", 0, answers)
        if choices.chance(12):
            reasons: list[list[Value]] = [[], [error("D")], [{"$": "argument", "of": 0}]]
            options["destroy"] = self._sink_function(name, "destroy", 1, reasons)

    def _between(self, name: str, options: dict[str, Value]) -> None:
        """The functions of a Transform."""
        choices = self.choices
        if choices.chance(95):
            options["transform"] = choices.make_function(
                lambda: self._transformed(name, 2), owner=name, prefix="transform", times=99
            )
        if choices.chance(30):
            options["flush"] = choices.make_function(
                lambda: self._transformed(name, 0), owner=name, prefix="flush", times=99
            )

    def _transformed(self, name: str, place: int) -> list[Step]:
        choices = self.choices
        pushes = [self._push(name) for _ in range(choices.weighted({0: 5, 1: 3, 2: 1}))]
        same = {"$": "argument", "of": 0} if place else self._chunk()
        answers: list[list[Value]] = [[]] * 4 + [[{"$": "null"}, same]] * 6 + [[error("T")]]
        return [*pushes, *self._answer(place, answers)]

    def _source(self, name: str, options: dict[str, Value], read: str | None) -> None:
        choices = self.choices
        if choices.chance(35):
            key = "highWaterMark" if choices.chance(80) else "readableHighWaterMark"
            options[key] = choices.one_of(0, 1, 3, 5, 16)
        if choices.chance(10):
            options["encoding"] = choices.one_of("utf8", "latin1", "hex", "base64")
        if read and choices.chance(95):
            options[read] = choices.make_function(
                lambda: self._reading(name),
                owner=name,
                prefix="read",
                times=choices.number_from(1, 5),
            )

    def _reading(self, name: str) -> list[Step]:
        """What a source does when it is asked."""
        choices = self.choices
        steps = [self._push(name) for _ in range(choices.weighted({0: 2, 1: 6, 2: 3}))]
        if choices.chance(4):
            steps.append(["call", name, "destroy", [error("R")]])
        if choices.chance(40) and steps:
            return [["later", *self._when(), steps]]
        return steps

    def _sink(self, name: str, options: dict[str, Value], functions: bool) -> None:
        choices = self.choices
        if choices.chance(45) and "highWaterMark" not in options:
            key = "highWaterMark" if choices.chance(80) else "writableHighWaterMark"
            options[key] = choices.one_of(0, 1, 3, 5, 16)
        if choices.chance(8):
            options["defaultEncoding"] = choices.one_of("latin1", "hex", "utf8")
        if not functions:
            return
        answers: list[list[Value]] = [[]] * 12 + [[error("W")]]
        if choices.chance(95):
            options["write"] = self._sink_function(name, "write", 2, answers)
        if choices.chance(20):
            options["writev"] = self._sink_function(name, "writev", 1, answers)
        if choices.chance(30):
            options["final"] = self._sink_function(name, "final", 0, answers)

    def _sink_function(self, name: str, prefix: str, place: int, answers: list[Value]) -> Value:
        return self.choices.make_function(
            lambda: self._answer(place, answers), owner=name, prefix=prefix, times=99
        )

    def _answer(self, place: int, answers: list[list[Value]]) -> list[Step]:
        """Call the callback among the arguments, now or later, hardly ever not at all."""
        choices = self.choices
        step: Step = ["invoke", place, choices.one_of(*answers)]
        if choices.chance(3):
            return []
        if choices.chance(50):
            return [["later", *self._when(), [step]]]
        return [step]

    # -- steps ------------------------------------------------------------------------------------

    def steps(self, count: int, only: str | None = None) -> list[Step]:
        """Some steps, about one stream or any."""
        return [self._step(only) for _ in range(count)]

    def _step(self, only: str | None) -> Step:
        choices = self.choices
        sides = [(name, "r") for name in self.readables] + [(name, "w") for name in self.writables]
        if only is not None and choices.chance(80):
            sides = [each for each in sides if each[0] == only] or sides
        name, side = choices.one_of(*sides)
        what = choices.weighted(READABLE_STEPS if side == "r" else WRITABLE_STEPS)
        if what == "listen":
            return self._listen(name, side)
        if what == "look":
            looks = READABLE_LOOKS if side == "r" else WRITABLE_LOOKS
            return ["get", name, choices.one_of(*STREAM_LOOKS, *looks)]
        return getattr(self, f"_{what}", self._plain)(name, what) or ["get", name, "destroyed"]

    def _plain(self, name: str, what: str) -> Step:
        return ["call", name, what, []]

    def _listen(self, name: str, side: str) -> Step:
        event = self.choices.weighted(READABLE_EVENTS if side == "r" else WRITABLE_EVENTS)
        method = self.choices.weighted({"on": 8, "once": 3, "prependListener": 1})
        return ["call", name, method, [event, self._listener(name)]]

    def _listener(self, name: str, empty: int = 45) -> Value:
        choices = self.choices
        count = 0 if choices.chance(empty) else choices.weighted({1: 4, 2: 2})
        return choices.make_function(
            lambda: self.steps(count, name), owner=name, times=choices.weighted({1: 2, 2: 2, 5: 1})
        )

    def _forget(self, name: str, _: str) -> Step | None:
        choices = self.choices
        event = choices.one_of("data", "readable", "end", "drain")
        owned = [each for each, made in choices.functions.items() if made.owner == name]
        if choices.chance(50) and owned:
            return ["call", name, "off", [event, function(choices.one_of(*owned))]]
        return ["call", name, "removeAllListeners", [event]]

    def _chunk(self) -> Value:
        if self.objects and self.choices.chance(60):
            return self.choices.one_of(1, 0, "", True, False, [1], {"k": "v"}, 2.5)
        text = self.choices.text()
        return data(text) if self.choices.chance(60) else text

    def _push(self, name: str, _: str = "") -> Step:
        choices = self.choices
        if choices.chance(18):
            return ["call", name, "push", [{"$": "null"}]]
        return ["call", name, "push", [self._chunk()]]

    def _unshift(self, name: str, _: str) -> Step:
        return ["call", name, "unshift", [self._chunk()]]

    def _read(self, name: str, _: str) -> Step:
        args = [] if self.choices.chance(60) else [self.choices.one_of(0, 1, 2, 4, 20)]
        return ["call", name, "read", args]

    def _setEncoding(self, name: str, what: str) -> Step:
        return ["call", name, what, [self.choices.one_of("utf8", "latin1", "hex", "base64")]]

    def _setDefaultEncoding(self, name: str, what: str) -> Step:
        return ["call", name, what, [self.choices.one_of("latin1", "utf8", "nothing")]]

    def _destroy(self, name: str, what: str) -> Step:
        return ["call", name, what, [error("X")] if self.choices.chance(50) else []]

    def _later(self, name: str, _: str) -> Step | None:
        if self.choices.depth >= 2:
            return None
        self.choices.depth += 1
        steps = self.steps(self.choices.number_from(1, 2), name)
        self.choices.depth -= 1
        return ["later", *self._when(), steps]

    def _when(self) -> tuple[str, int]:
        return self.choices.weighted({"tick": 3, "immediate": 4}), 0

    def _pipe(self, name: str, what: str) -> Step | None:
        choices = self.choices
        targets = [each for each in self.writables if each != name]
        if not targets:
            return None
        options = [{"end": False}] if choices.chance(20) else []
        return ["call", name, what, [object_named(choices.one_of(*targets)), *options]]

    def _unpipe(self, name: str, what: str) -> Step | None:
        if not self.writables or self.choices.chance(30):
            return ["call", name, what, []]
        return ["call", name, what, [object_named(self.choices.one_of(*self.writables))]]

    def _write(self, name: str, what: str) -> Step:
        return ["call", name, what, self._written(name)]

    def _written(self, name: str) -> list[Value]:
        choices = self.choices
        chunk = self._chunk()
        args = [chunk]
        if isinstance(chunk, str) and choices.chance(15):
            args.append(choices.one_of("utf8", "latin1", "hex"))
        if choices.chance(35):
            args.append(self._listener(name, empty=75))
        return args

    def _end(self, name: str, what: str) -> Step:
        choices = self.choices
        args = self._written(name) if choices.chance(40) else []
        if not args and choices.chance(30):
            args = [self._listener(name, empty=75)]
        return ["call", name, what, args]


def stream_program(choices: Choices) -> Program:
    """One program about streams."""
    return Streams(choices).draw()
