"""Runs the programs that come in stdin: `python -m tests.fuzz_node.interpreter BACKEND`.

The twin of interpreter.js, method by method: what it prints is the same.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import attrs

from anynet import node as net
from tests.conformance import tracing
from tests.fuzz_node.surface import CLASSES, MODULES

#: Data that is longer is shown by its length.
LONGEST_SHOWN = 200
SYMBOLS: dict[str, Any] = {"errorMonitor": net.errorMonitor}


@attrs.frozen
class Frame:
    """Whose lines those of some steps are, and what their function was called with."""

    owner: str
    args: tuple[Any, ...] = ()


class StillRunning(Exception):
    """The program has not ended in time."""


class Run:
    """One program, from its first step to its end."""

    def __init__(self, program: dict[str, Any]) -> None:
        self.program = program
        self.trace: list[tuple[str, str]] = []
        self.over = False
        self.objects: dict[str, Any] = {}
        self.names: dict[int, str] = {}
        self.functions: dict[str, Callable[..., object]] = {}
        self.labels: dict[int, str] = {}
        self.left: dict[str, int] = {}
        #: What has a name or a label stays alive: these are kept by identity.
        self.kept: list[Any] = []
        self.guarded: set[str] = set()
        self.guard: net.Timeout | None = None

    def run(self, backend: Any) -> list[tuple[str, str]]:
        """The trace of the whole program."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                net.run(self.start, backend=backend)
            except StillRunning:
                self.trace.append(("main", "(still running)"))
            except Exception as error:
                self.log(Frame("main"), f"uncaught {self.shown(error)}")
            self.over = True
        texts = (
            each.message for each in caught if each.category is net.MaxListenersExceededWarning
        )
        return [*self.trace, *(("main", f"warning {text}") for text in sorted(map(str, texts)))]

    def start(self) -> None:
        """What the runtime runs first."""

        def give_up() -> None:
            raise StillRunning

        net.setTimeout(give_up, float(os.environ["FUZZ_SECONDS"]) * 1000).unref()
        # As on Node, where nothing is under way any more when a program begins.
        net.setImmediate(lambda: self.steps(self.program["steps"], Frame("main")))

    def log(self, frame: Frame, text: str) -> None:
        """A line of the trace."""
        if not self.over:
            self.trace.append((frame.owner, text))

    def name(self, thing: Any, name: str) -> None:
        """Call a thing by a name from now on."""
        self.objects[name] = thing
        self.names[id(thing)] = name
        self.kept.append(thing)
        if name in self.guarded:
            thing.on("close", lambda *_: self.closed(name))

    def closed(self, name: str) -> None:
        """One fewer of what is guarded."""
        self.guarded.discard(name)
        if not self.guarded and self.guard is not None:
            net.clearTimeout(self.guard)

    # -- values -----------------------------------------------------------------------------------

    def shown(self, value: Any) -> str:
        """The canonical text of a value."""
        if id(value) in self.names:
            return self.names[id(value)]
        if id(value) in self.labels:
            return self.labels[id(value)]
        listener = getattr(value, "listener", None)
        if callable(value) and listener is not None:
            return f"once({self.shown(listener)})"
        if value is net.errorMonitor:
            return "events.errorMonitor"
        if isinstance(value, list | tuple):
            return f"[{', '.join(map(self.shown, value))}]"
        if isinstance(value, dict) and "chunk" in value:
            # A part of a batch of writes: its callback is nothing that the manual speaks of.
            value = {key: value.get(key) for key in ("chunk", "encoding")}
        if isinstance(value, net.AggregateError) and not value.code:
            # An error without a code has an empty one here.
            return f"AggregateError(null {self.shown(value.errors)})"
        if isinstance(value, bytes | str) and len(value) > LONGEST_SHOWN:
            return f"{'text' if isinstance(value, str) else 'bytes'}({len(value)})"
        return tracing.shown(value)

    def given(self, args: Sequence[Any]) -> list[str]:
        """What a function got. An argument that is None counts as left out."""
        end = len(args)
        while end and args[end - 1] is None:
            end -= 1
        return [self.shown(each) for each in args[:end]]

    def value(self, given: Any, frame: Frame) -> Any:
        """What an operand stands for."""
        if isinstance(given, list):
            return [self.value(each, frame) for each in given]
        if not isinstance(given, dict):
            return given
        of: Any = given.get("of")
        match given.get("$"):
            case "bytes":
                return of.encode("latin1")
            case "error":
                return Exception(of)
            case "symbol":
                return SYMBOLS[of]
            case "null":
                return None
            case "object":
                return self.objects.get(of)
            case "function":
                return self.function(of)
            case "argument":
                return frame.args[of]
        return {key: self.value(each, frame) for key, each in given.items()}

    def function(self, name: str) -> Callable[..., object]:
        """The function of that name, each time the same one."""
        if name in self.functions:
            return self.functions[name]
        spec = self.program["functions"][name]
        owner = spec["owner"]
        self.left[name] = spec["times"]

        def call(args: tuple[Any, ...]) -> None:
            if self.over:
                return
            # When a coroutine begins is a documented difference: only what comes of it is compared.
            if not spec["asynchronous"]:
                self.log(Frame(owner), " ".join([name, *self.given(args)]))
            left = self.left[name]
            self.left[name] = left - 1
            if left > 0:
                self.steps(spec["body"], Frame(owner, args))

        async def asynchronous(*args: Any) -> None:
            call(args)

        def synchronous(*args: Any) -> None:
            call(args)

        made = asynchronous if spec["asynchronous"] else synchronous
        self.functions[name] = made
        self.labels[id(made)] = name
        return made

    # -- steps ------------------------------------------------------------------------------------

    def steps(self, steps: Sequence[Any], frame: Frame) -> None:
        """Do one step after the other."""
        for operation, *operands in steps:
            if self.over:
                return
            getattr(self, f"do_{operation}")(frame, *operands)

    def attempt(self, frame: Frame, label: str, what: Callable[[], object]) -> None:
        """Log what is returned or raised."""
        try:
            self.log(frame, f"{label} -> {self.shown(what())}")
        except Exception as error:
            self.log(frame, f"{label} threw {self.shown(error)}")

    def do_new(self, frame: Frame, name: str, kind: str, args: Any) -> None:
        self.attempt(
            frame, f"new {name}", lambda: self.name(CLASSES[kind](*self.value(args, frame)), name)
        )

    def do_call(self, frame: Frame, name: str, method: str, args: Any) -> None:
        found = self.objects.get(name)
        if found is not None:
            self.attempt(
                frame,
                f"{name}.{method}",
                lambda: getattr(found, method)(*self.value(args, frame)),
            )

    def do_get(self, frame: Frame, name: str, attribute: str) -> None:
        found = self.objects.get(name)
        if found is not None:
            self.attempt(frame, f"{name}.{attribute}", lambda: getattr(found, attribute))

    def do_set(self, frame: Frame, name: str, attribute: str, value: Any) -> None:
        found = self.objects.get(name)
        if found is not None:
            self.attempt(
                frame,
                f"{name}.{attribute} =",
                lambda: setattr(found, attribute, self.value(value, frame)),
            )

    def do_apply(self, frame: Frame, name: str | None, path: str, args: Any) -> None:
        module, member = path.split(".")

        def apply() -> object:
            result = getattr(MODULES[module], member)(*self.value(args, frame))
            if name is not None and id(result) not in self.names:
                self.name(result, name)
            return result

        self.attempt(frame, path, apply)

    def do_invoke(self, frame: Frame, place: int, args: Any) -> None:
        try:
            frame.args[place](*self.value(args, frame))
        except Exception as error:
            self.log(frame, f"argument {place} threw {self.shown(error)}")

    def do_name(self, frame: Frame, place: int, name: str) -> None:
        self.name(frame.args[place], name)

    def do_later(self, frame: Frame, how: str, milliseconds: int, steps: Any) -> None:
        def run() -> None:
            self.steps(steps, frame)

        if how == "tick":
            net.nextTick(run)
        elif how == "immediate":
            net.setImmediate(run)
        else:
            net.setTimeout(run, milliseconds)

    def do_throw(self, _: Frame, message: str) -> None:
        raise RuntimeError(message)

    def do_listen(self, _: Frame, name: str, steps: Any) -> None:
        server = self.objects[name]
        server.listen(0, "127.0.0.1", lambda: self.steps(steps, Frame(name)))

    def do_connect(self, frame: Frame, name: str, server: str, options: Any) -> None:
        port = self.objects[server].address()["port"]
        given = {"host": "127.0.0.1", **self.value(options, frame), "port": port}
        self.name(net.connect(given), name)

    def do_expect(self, _: Frame, name: str, count: int, steps: Any) -> None:
        seen = 0

        def listener(chunk: bytes) -> None:
            nonlocal seen
            before = seen
            seen += len(chunk)
            if before < count <= seen:
                self.steps(steps, Frame(name))

        self.objects[name].on("data", listener)

    def do_guard(self, _: Frame, milliseconds: int, names: list[str]) -> None:
        self.guarded = set(names)

        def close_what_is_left() -> None:
            for name in names:
                if name not in self.guarded or name not in self.objects:
                    continue
                thing = self.objects[name]
                self.log(Frame(name), f"{name} left open")
                if hasattr(thing, "destroy"):
                    thing.destroy()
                else:
                    thing.close()

        self.guard = net.setTimeout(close_what_is_left, milliseconds)


def main() -> None:
    """Run the programs of stdin on a backend."""
    backend = sys.argv[1]
    while line := sys.stdin.readline():
        trace = Run(json.loads(line)).run(backend)
        sys.stdout.write(json.dumps(trace) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
