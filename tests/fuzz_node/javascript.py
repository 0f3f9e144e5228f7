"""A program as JavaScript that one can read, and run beside tests/conformance/tracing.js."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.fuzz_node.programs import Function, Program, Step

_CLASSES = {"EventEmitter": "events", "Socket": "net", "Server": "net"}
_LATER = {
    "tick": "process.nextTick(() => {{{}}});",
    "immediate": "setImmediate(() => {{{}}});",
    "timeout": "setTimeout(() => {{{}}}, {});",
}


def as_javascript(program: Program) -> str:
    """The whole program."""
    lines = [f"// {program.name}"]
    for name, function in program.functions.items():
        lines += _function(name, function)
    lines += _steps(program.steps)
    return "\n".join(lines)


def _function(name: str, function: Function) -> Iterator[str]:
    keyword = "async function" if function.asynchronous else "function"
    times = f" // does it {function.times} times" if function.body and function.times < 99 else ""
    yield f"{keyword} {name}(...args) {{{times}"
    yield f"  log('{name}', ...args);"
    yield from _indented(_steps(function.body))
    yield "}"


def _indented(lines: Iterator[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _steps(steps: Any) -> Iterator[str]:
    for step in steps:
        yield from _STEPS[step[0]](step)


def _values(values: list[Any]) -> str:
    return ", ".join(map(value_text, values))


def value_text(value: Any) -> str:
    """An operand as JavaScript."""
    if isinstance(value, list):
        return f"[{_values(value)}]"
    if not isinstance(value, Mapping):
        return "undefined" if value is None else json.dumps(value)
    kind, of = value.get("$"), value.get("of")
    match kind:
        case "bytes":
            return f"Buffer.from({json.dumps(of)}, 'latin1')"
        case "error":
            return f"new Error({json.dumps(of)})"
        case "symbol":
            return f"events.{of}"
        case "null":
            return "null"
        case "argument":
            return f"args[{of}]"
        case "object" | "function":
            return str(of)
    return "{" + ", ".join(f"{key}: {value_text(each)}" for key, each in value.items()) + "}"


def _new(step: Step) -> Iterator[str]:
    _, name, kind, args = step
    yield f"const {name} = new {_CLASSES.get(kind, 'stream')}.{kind}({_values(args)});"


def _call(step: Step) -> Iterator[str]:
    _, name, method, args = step
    yield f"attempt('{name}.{method}', () => {name}.{method}({_values(args)}));"


def _get(step: Step) -> Iterator[str]:
    _, name, attribute = step
    yield f"log('{name}.{attribute}', {name}.{attribute});"


def _set(step: Step) -> Iterator[str]:
    _, name, attribute, value = step
    yield f"{name}.{attribute} = {value_text(value)};"


def _apply(step: Step) -> Iterator[str]:
    _, name, path, args = step
    prefix = f"const {name} = " if name else ""
    yield f"{prefix}{path}({_values(args)});"


def _invoke(step: Step) -> Iterator[str]:
    yield f"args[{step[1]}]({_values(step[2])});"


def _name(step: Step) -> Iterator[str]:
    yield f"{step[2]} = args[{step[1]}];"


def _later(step: Step) -> Iterator[str]:
    _, how, milliseconds, steps = step
    first, last = _LATER[how].format("\n", milliseconds).split("\n")
    yield first
    yield from _indented(_steps(steps))
    yield last


def _throw(step: Step) -> Iterator[str]:
    yield f"throw new Error({json.dumps(step[1])});"


def _listen(step: Step) -> Iterator[str]:
    yield f"{step[1]}.listen(0, '127.0.0.1', () => {{"
    yield from _indented(_steps(step[2]))
    yield "});"


def _connect(step: Step) -> Iterator[str]:
    _, name, server, options = step
    more = f", ...{value_text(options)}" if options else ""
    yield f"{name} = net.connect({{ port: {server}.address().port, host: '127.0.0.1'{more} }});"


def _expect(step: Step) -> Iterator[str]:
    _, name, count, steps = step
    yield f"{name}.on('data', once {count} bytes have come in all, () => {{"
    yield from _indented(_steps(steps))
    yield "});"


def _guard(step: Step) -> Iterator[str]:
    _, milliseconds, names = step
    yield f"// After {milliseconds} ms whatever is open of {', '.join(names)} is closed."


_STEPS = {
    "new": _new,
    "call": _call,
    "get": _get,
    "set": _set,
    "apply": _apply,
    "invoke": _invoke,
    "name": _name,
    "later": _later,
    "throw": _throw,
    "listen": _listen,
    "connect": _connect,
    "expect": _expect,
    "guard": _guard,
}
