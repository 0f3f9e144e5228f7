"""Programs about an emitter: registering, removing and emitting, also from within a listener."""

from __future__ import annotations

from tests.fuzz_node.generators.choices import Choices
from tests.fuzz_node.programs import Function, Program, Step, Value, error, function

NAMES = {"a": 6, "b": 4, "error": 3, "newListener": 1, "removeListener": 1}
REGISTRATIONS = {
    "on": 6,
    "once": 5,
    "prependListener": 2,
    "prependOnceListener": 2,
    "addListener": 1,
}
STEPS = {
    "register": 26,
    "emit": 26,
    "remove": 12,
    "remove all": 5,
    "look": 14,
    "later": 4,
    "throw": 2,
    "limit": 3,
    "wrong": 2,
    "raw": 2,
}


class Emitters:
    """Draws the steps of one program."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.emitters: list[str] = []
        self.captures = False

    def draw(self) -> Program:
        """A whole program."""
        choices = self.choices
        steps: list[Step] = []
        self.captures = choices.chance(12)
        for index in range(choices.weighted({1: 4, 2: 1})):
            options = [{"captureRejections": True}] if self.captures else []
            self.emitters.append(f"e{index + 1}")
            steps.append(["new", self.emitters[-1], "EventEmitter", options])
        steps += self.steps(choices.number_from(4, 14))
        return choices.program(steps)

    def steps(self, count: int) -> list[Step]:
        """Some steps."""
        drawn: list[Step] = []
        for _ in range(count):
            what = self.choices.weighted(STEPS)
            drawn.append(getattr(self, f"_{what.replace(' ', '_')}")())
            if drawn[-1][0] == "throw":
                if self.choices.depth:
                    break
                drawn.pop()
        return drawn

    def _call(self, method: str, *args: Value) -> Step:
        return ["call", self.choices.one_of(*self.emitters), method, list(args)]

    def _event(self) -> Value:
        if self.choices.chance(5):
            return {"$": "symbol", "of": "errorMonitor"}
        return self.choices.weighted(NAMES)

    def _listener(self) -> Value:
        choices = self.choices
        if choices.chance(35) and (present := choices.any_function()):
            return present
        if self.captures and choices.chance(40):
            name = choices.fresh("f")
            body: tuple[Step, ...] = (["throw", name],) if choices.chance(70) else ()
            choices.functions[name] = Function(body=body, times=2, asynchronous=True)
            return function(name)
        return choices.make_function(
            lambda: self.steps(choices.weighted({0: 4, 1: 4, 2: 3})),
            times=choices.weighted({1: 3, 2: 2}),
        )

    def _register(self) -> Step:
        return self._call(self.choices.weighted(REGISTRATIONS), self._event(), self._listener())

    def _emit(self) -> Step:
        event = self._event()
        args = [self.choices.value() for _ in range(self.choices.weighted({0: 2, 1: 3, 2: 1}))]
        if event == "error" and self.choices.chance(70):
            args = [error(self.choices.text())]
        return self._call("emit", event, *args)

    def _remove(self) -> Step:
        return self._call(
            self.choices.one_of("off", "removeListener"), self._event(), self._listener()
        )

    def _remove_all(self) -> Step:
        args = [] if self.choices.chance(40) else [self._event()]
        return self._call("removeAllListeners", *args)

    def _look(self) -> Step:
        method = self.choices.one_of("listenerCount", "eventNames", "listeners", "rawListeners")
        if method == "eventNames":
            return self._call(method)
        if method == "listenerCount" and self.choices.chance(30):
            return self._call(method, self._event(), self._listener())
        return self._call(method, self._event())

    def _raw(self) -> Step:
        return self._call("getMaxListeners")

    def _limit(self) -> Step:
        return self._call("setMaxListeners", self.choices.one_of(0, 1, 2, 5, -1, 1.5, "x"))

    def _wrong(self) -> Step:
        method = self.choices.weighted({**REGISTRATIONS, "off": 2})
        return self._call(method, self._event(), self.choices.one_of(5, "x", True, {}))

    def _later(self) -> Step:
        # Tasks run between turns: which of a task and an immediate is first is nobody's promise.
        how = "tick" if self.captures else self.choices.one_of("tick", "immediate")
        self.choices.depth += 1
        steps = self.steps(1)
        self.choices.depth -= 1
        return ["later", how, 0, steps]

    def _throw(self) -> Step:
        return ["throw", self.choices.text()]


def emitter_program(choices: Choices) -> Program:
    """One program about emitters."""
    return Emitters(choices).draw()
