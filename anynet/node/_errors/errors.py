"""The errors of the adapter: Node's classes, codes and texts, and the checks that raise them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, TypeGuard

from anynet.node._errors import classes as error_classes
from anynet.node._errors.numbers import UNKNOWN, code_of, description_of, number_of, resolution_code
from anynet.node._errors.numerals import to_number
from anynet.node._errors.values import grouped_number, inspect, kind_of_value, number_text
from anynet.node._errors.values import received as received

AbortError = error_classes.AbortError
AggregateError = error_classes.AggregateError
InvalidAddressFamily = error_classes.InvalidAddressFamily
NodeError = error_classes.NodeError
NodeRangeError = error_classes.NodeRangeError
NodeSystemError = error_classes.NodeSystemError
NodeTypeError = error_classes.NodeTypeError
UnhandledError = error_classes.UnhandledError

# -- system errors ---------------------------------------------------------------------------------


def system_error(
    error: OSError | int,
    syscall: str,
    address: str | None = None,
    port: float | None = None,
    details: str | None = None,
    *,
    described: bool = False,
    local: tuple[str, float] | None = None,
) -> NodeSystemError:
    """Node's form of a failed system call.

    ``error`` is Python's exception, or an error number of either sign. ``details`` is added after
    `` - ``. ``described`` adds the system's words, as errors of ``listen`` have them; ``local`` is
    the local address and port, which become ``localAddress``, ``localPort`` and the details.
    """
    number = number_of(error)
    code = code_of(number)
    message = f"{syscall} {code}"
    if described:
        message += f": {description_of(number)}"
    if address:
        message += f" {address}"
        if port is not None and port > 0:
            message += f":{number_text(port)}"
    if local is not None:
        details = f"Local ({local[0]}:{number_text(local[1])})"
    if details:
        message += f" - {details}"
    result = NodeSystemError(message, code, -number or UNKNOWN, syscall)
    result.address = address
    result.port = port
    if local is not None:
        result.localAddress, result.localPort = local
    if isinstance(error, OSError):
        result.__cause__ = error
    return result


def lookup_error(error: OSError, hostname: str) -> NodeSystemError:
    """A host name that could not be resolved: ``getaddrinfo ENOTFOUND example.invalid``."""
    code, number = resolution_code(error)
    result = NodeSystemError(f"getaddrinfo {code} {hostname}", code, number, "getaddrinfo")
    result.hostname = hostname
    result.__cause__ = error
    return result


# -- arguments -------------------------------------------------------------------------------------

#: What ``typeof`` answers.
_TYPES = frozenset({"boolean", "function", "number", "object", "string", "symbol"})
_CLASS = re.compile(r"[A-Z][A-Za-z0-9]*")
_VALUE_SHOWN = 128


def _named(name: str) -> str:
    return f'The "{name}" {"property" if "." in name else "argument"}'


def _one_of(words: list[str]) -> str:
    """``a``, ``a or b``, ``a, b, or c``."""
    if len(words) < 3:
        return " or ".join(words)
    return f"{', '.join(words[:-1])}, or {words[-1]}"


def _expected(expected: str | list[str]) -> str:
    words = [expected] if isinstance(expected, str) else expected
    types = [word for word in words if word in _TYPES]
    classes = [word for word in words if word not in _TYPES and _CLASS.fullmatch(word)]
    others = [word for word in words if word not in types and word not in classes]
    parts = []
    if types:
        several = "one of type " if len(types) > 1 else "of type "
        parts.append(several + _one_of(types))
    if classes:
        parts.append("an instance of " + _one_of(classes))
    parts += [word if word.islower() else f"an {word}" for word in others]
    return " or ".join(parts)


def invalid_arg_type(name: str, expected: str | list[str], value: object) -> NodeTypeError:
    """``The "name" argument must be of type expected. Received …``.

    A name with a dot is a property. Of ``expected``, words such as ``string`` are types,
    capitalised words are classes, and anything else stands as it is.
    """
    message = f"{_named(name)} must be {_expected(expected)}. {received(value)}"
    return NodeTypeError(message, "ERR_INVALID_ARG_TYPE")


def invalid_arg_value(name: str, value: object, reason: str = "is invalid") -> NodeTypeError:
    """``The argument 'name' is invalid. Received value``."""
    shown = inspect(value)
    if len(shown) > _VALUE_SHOWN:
        shown = shown[:_VALUE_SHOWN] + "..."
    kind = "property" if "." in name else "argument"
    message = f"The {kind} '{name}' {reason}. Received {shown}"
    return NodeTypeError(message, "ERR_INVALID_ARG_VALUE")


def out_of_range(name: str, range_text: str, value: object) -> NodeRangeError:
    """``The value of "name" is out of range. It must be range_text. Received value``."""
    shown = grouped_number(value) if _is_number(value) else inspect(value)
    message = f'The value of "{name}" is out of range. It must be {range_text}. Received {shown}'
    return NodeRangeError(message, "ERR_OUT_OF_RANGE")


def invalid_return_value(expected: str, name: str, value: object) -> NodeTypeError:
    """``Expected expected to be returned from the "name" function but got …``."""
    got = kind_of_value(value)
    message = f'Expected {expected} to be returned from the "{name}" function but got {got}.'
    return NodeTypeError(message, "ERR_INVALID_RETURN_VALUE")


def bad_port(name: str, value: object, allow_zero: bool = True) -> NodeRangeError:
    sign = ">=" if allow_zero else ">"
    message = f"{name} should be {sign} 0 and < 65536. {received(value)}."
    return NodeRangeError(message, "ERR_SOCKET_BAD_PORT")


def missing_args(*names: str, alternatives: bool = False) -> NodeTypeError:
    """Arguments are missing: all of ``names``, or one of them if they are ``alternatives``."""
    quoted = [f'"{name}"' for name in names]
    if alternatives or len(quoted) == 1:
        message = f"The {' or '.join(quoted)} argument must be specified"
    else:
        message = f"The {' and '.join(quoted)} arguments must be specified"
    return NodeTypeError(message, "ERR_MISSING_ARGS")


def _plain(value: object) -> str:
    """A value where Node writes it into a text as it is."""
    if isinstance(value, bytes | bytearray):
        return value.decode(errors="replace")
    return value if isinstance(value, str) else inspect(value)


def invalid_address() -> NodeError:
    return NodeError("Invalid socket address", "ERR_INVALID_ADDRESS")


def invalid_ip_address(value: object) -> NodeTypeError:
    return NodeTypeError(f"Invalid IP address: {_plain(value)}", "ERR_INVALID_IP_ADDRESS")


def invalid_fd_type(kind: str) -> NodeTypeError:
    return NodeTypeError(f"Unsupported fd type: {kind}", "ERR_INVALID_FD_TYPE")


def invalid_handle_type() -> NodeTypeError:
    return NodeTypeError("This handle type cannot be sent", "ERR_INVALID_HANDLE_TYPE")


def unknown_encoding(encoding: object) -> NodeTypeError:
    return NodeTypeError(f"Unknown encoding: {_plain(encoding)}", "ERR_UNKNOWN_ENCODING")


def illegal_constructor() -> NodeTypeError:
    return NodeTypeError("Illegal constructor", "ERR_ILLEGAL_CONSTRUCTOR")


# -- states of servers, sockets and streams --------------------------------------------------------


def already_listening() -> NodeError:
    message = "Listen method has been called more than once without closing."
    return NodeError(message, "ERR_SERVER_ALREADY_LISTEN")


def socket_handle_adopted() -> NodeError:
    message = "The bound socket has already been adopted by a server or socket"
    return NodeError(message, "ERR_SOCKET_HANDLE_ADOPTED")


def server_not_running() -> NodeError:
    return NodeError("Server is not running.", "ERR_SERVER_NOT_RUNNING")


def socket_closed() -> NodeError:
    return NodeError("Socket is closed", "ERR_SOCKET_CLOSED")


def socket_closed_before_connection() -> NodeError:
    message = "Socket closed before the connection was established"
    return NodeError(message, "ERR_SOCKET_CLOSED_BEFORE_CONNECTION")


def queue_too_long(limit: int) -> NodeError:
    """Ours: Node has no such limit."""
    return NodeError(f"More than {limit} bytes wait to be sent", "ERR_SOCKET_QUEUE_TOO_LONG")


def ended_by_other_party() -> NodeError:
    """A write after the peer's FIN where half-open connections are not allowed."""
    return NodeError("This socket has been ended by the other party", "EPIPE")


def ip_blocked(ip: str) -> NodeError:
    return NodeError(f"IP({ip}) is blocked by net.BlockList", "ERR_IP_BLOCKED")


def stream_unable_to_pipe() -> NodeError:
    return NodeError("Cannot pipe to a closed or destroyed stream", "ERR_STREAM_UNABLE_TO_PIPE")


def stream_destroyed(method: str) -> NodeError:
    return NodeError(f"Cannot call {method} after a stream was destroyed", "ERR_STREAM_DESTROYED")


def stream_already_finished(method: str) -> NodeError:
    message = f"Cannot call {method} after a stream was finished"
    return NodeError(message, "ERR_STREAM_ALREADY_FINISHED")


def write_after_end() -> NodeError:
    return NodeError("write after end", "ERR_STREAM_WRITE_AFTER_END")


def stream_push_after_eof() -> NodeError:
    return NodeError("stream.push() after EOF", "ERR_STREAM_PUSH_AFTER_EOF")


def stream_unshift_after_end_event() -> NodeError:
    return NodeError("stream.unshift() after end event", "ERR_STREAM_UNSHIFT_AFTER_END_EVENT")


def stream_null_values() -> NodeTypeError:
    return NodeTypeError("May not write null values to stream", "ERR_STREAM_NULL_VALUES")


def stream_premature_close() -> NodeError:
    return NodeError("Premature close", "ERR_STREAM_PREMATURE_CLOSE")


def stream_cannot_pipe() -> NodeError:
    return NodeError("Cannot pipe, not readable", "ERR_STREAM_CANNOT_PIPE")


def use_after_close(what: str) -> NodeError:
    return NodeError(f"{what} was closed", "ERR_USE_AFTER_CLOSE")


def method_not_implemented(method: str) -> NodeError:
    return NodeError(f"The {method} method is not implemented", "ERR_METHOD_NOT_IMPLEMENTED")


def multiple_callback() -> NodeError:
    return NodeError("Callback called multiple times", "ERR_MULTIPLE_CALLBACK")


def ipc_channel_closed() -> NodeError:
    return NodeError("Channel closed", "ERR_IPC_CHANNEL_CLOSED")


def ipc_disconnected() -> NodeError:
    return NodeError("IPC channel is already disconnected", "ERR_IPC_DISCONNECTED")


def ipc_required() -> NodeError:
    message = "Forked processes must have an IPC channel, missing value 'ipc' in options.stdio"
    return NodeError(message, "ERR_CHILD_PROCESS_IPC_REQUIRED")


def ipc_one_pipe() -> NodeError:
    return NodeError("Child process can have only one IPC pipe", "ERR_IPC_ONE_PIPE")


def unknown_signal(signal: str) -> NodeTypeError:
    return NodeTypeError(f"Unknown signal: {signal}", "ERR_UNKNOWN_SIGNAL")


def invalid_state(what: str) -> NodeError:
    return NodeError(f"Invalid state: {what}", "ERR_INVALID_STATE")


# -- checks ----------------------------------------------------------------------------------------

_INT32 = 2**31 - 1
_UINT32 = 2**32 - 1


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def validate_function(name: str, value: object) -> Callable[..., Any]:
    if callable(value):
        return value
    raise invalid_arg_type(name, "function", value)


def validate_string(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    raise invalid_arg_type(name, "string", value)


def validate_without_nulls(name: str, value: str) -> str:
    """A host: what follows a null byte would be lost on its way to the system."""
    if "\0" in value:
        raise invalid_arg_value(name, value, "must be a string without null bytes")
    return value


def validate_boolean(name: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise invalid_arg_type(name, "boolean", value)


def validate_number(
    name: str, value: object, minimum: float | None = None, maximum: float | None = None
) -> float:
    """A number from ``minimum`` to ``maximum``, fractions allowed."""
    if not _is_number(value):
        raise invalid_arg_type(name, "number", value)
    too_low = minimum is not None and not value >= minimum
    too_high = maximum is not None and not value <= maximum
    if too_low or too_high:
        raise out_of_range(name, _bounds(minimum, maximum), value)
    return value


def validate_integer(
    name: str, value: object, minimum: int = -(2**53 - 1), maximum: int = 2**53 - 1
) -> int:
    """A whole number from ``minimum`` to ``maximum``; by default what a double holds exactly."""
    if not _is_number(value):
        raise invalid_arg_type(name, "number", value)
    if not math.isfinite(value) or value != int(value):
        raise out_of_range(name, "an integer", value)
    if not minimum <= value <= maximum:
        raise out_of_range(name, _bounds(minimum, maximum), value)
    return int(value)


def validate_int32(
    name: str, value: object, minimum: int = -_INT32 - 1, maximum: int = _INT32
) -> int:
    return validate_integer(name, value, minimum, maximum)


def validate_uint32(name: str, value: object, positive: bool = False) -> int:
    return validate_integer(name, value, 1 if positive else 0, _UINT32)


def _bounds(minimum: float | None, maximum: float | None) -> str:
    lower = "" if minimum is None else f">= {number_text(minimum)}"
    upper = "" if maximum is None else f"<= {number_text(maximum)}"
    return f"{lower} && {upper}" if lower and upper else lower or upper


def validate_port(value: object, name: str = "Port", allow_zero: bool = True) -> int:
    """A port: a whole number below 65536, or a string that JavaScript reads as one."""
    number: float = -1
    # A blank string is no port, though JavaScript reads it as 0.
    if _is_number(value) or (isinstance(value, str) and value.strip()):
        number = to_number(value)
    if not 0 <= number <= 65535 or number != int(number) or (number == 0 and not allow_zero):
        raise bad_port(name, value, allow_zero)
    return int(number)


def validate_abort_signal(name: str, value: object) -> None:
    """Anything that knows whether it was aborted is taken for a signal, as in Node; so is None."""
    if value is not None and not hasattr(value, "aborted"):
        raise invalid_arg_type(name, "AbortSignal", value)
