"""The texts and codes of the adapter's errors. Every expected text was printed by Node."""

from __future__ import annotations

import errno
import socket
from typing import Any

import pytest

from anynet.node._errors import errors

TYPE, VALUE, RANGE = "ERR_INVALID_ARG_TYPE", "ERR_INVALID_ARG_VALUE", "ERR_OUT_OF_RANGE"


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (
            errors.invalid_arg_type("options.port", ["number", "string"], True),
            TYPE,
            (
                'The "options.port" property must be one of type number or string. '
                "Received type boolean (true)"
            ),
        ),
        (
            errors.invalid_arg_type("chunk", ["string", "Buffer", "TypedArray", "DataView"], 5),
            TYPE,
            (
                'The "chunk" argument must be of type string or an instance of Buffer, TypedArray, '
                "or DataView. Received type number (5)"
            ),
        ),
        (
            errors.invalid_arg_type("options.blockList", "net.BlockList", 5),
            TYPE,
            'The "options.blockList" property must be an net.BlockList. Received type number (5)',
        ),
        (
            errors.invalid_arg_type("data", ["string", "string[]"], 5),
            TYPE,
            'The "data" argument must be of type string or string[]. Received type number (5)',
        ),
        (
            errors.invalid_arg_value("hints", 12345),
            VALUE,
            "The argument 'hints' is invalid. Received 12345",
        ),
        (
            errors.invalid_arg_value("options.family", "x", "must be one of: 0, 4, 6"),
            VALUE,
            "The property 'options.family' must be one of: 0, 4, 6. Received 'x'",
        ),
        (
            errors.invalid_arg_value(
                "options", {"host": "x"}, 'must have the property "port" or "path"'
            ),
            VALUE,
            (
                'The argument \'options\' must have the property "port" or "path". '
                "Received { host: 'x' }"
            ),
        ),
        (
            errors.out_of_range("fd", ">= 0 && <= 2147483647", 99999999999),
            RANGE,
            (
                'The value of "fd" is out of range. It must be >= 0 && <= 2147483647. '
                "Received 99_999_999_999"
            ),
        ),
        (
            errors.out_of_range("value", ">= 1 && <= 2147483647", 2**31),
            RANGE,
            (
                'The value of "value" is out of range. It must be >= 1 && <= 2147483647. '
                "Received 2147483648"
            ),
        ),
        (
            errors.bad_port("options.port", -1),
            "ERR_SOCKET_BAD_PORT",
            "options.port should be >= 0 and < 65536. Received type number (-1).",
        ),
        (
            errors.missing_args("options", "port", "path", alternatives=True),
            "ERR_MISSING_ARGS",
            'The "options" or "port" or "path" argument must be specified',
        ),
        (
            errors.missing_args("type", "listener"),
            "ERR_MISSING_ARGS",
            'The "type" and "listener" arguments must be specified',
        ),
        (errors.invalid_address(), "ERR_INVALID_ADDRESS", "Invalid socket address"),
        (errors.invalid_ip_address("bad"), "ERR_INVALID_IP_ADDRESS", "Invalid IP address: bad"),
        (
            errors.invalid_ip_address(None),
            "ERR_INVALID_IP_ADDRESS",
            "Invalid IP address: undefined",
        ),
        (errors.invalid_fd_type("UNKNOWN"), "ERR_INVALID_FD_TYPE", "Unsupported fd type: UNKNOWN"),
        (
            errors.invalid_handle_type(),
            "ERR_INVALID_HANDLE_TYPE",
            "This handle type cannot be sent",
        ),
        (errors.unknown_encoding("foo"), "ERR_UNKNOWN_ENCODING", "Unknown encoding: foo"),
        (errors.unknown_encoding(5), "ERR_UNKNOWN_ENCODING", "Unknown encoding: 5"),
        (errors.illegal_constructor(), "ERR_ILLEGAL_CONSTRUCTOR", "Illegal constructor"),
        (
            errors.already_listening(),
            "ERR_SERVER_ALREADY_LISTEN",
            "Listen method has been called more than once without closing.",
        ),
        (errors.server_not_running(), "ERR_SERVER_NOT_RUNNING", "Server is not running."),
        (errors.socket_closed(), "ERR_SOCKET_CLOSED", "Socket is closed"),
        (
            errors.socket_closed_before_connection(),
            "ERR_SOCKET_CLOSED_BEFORE_CONNECTION",
            "Socket closed before the connection was established",
        ),
        (
            errors.ended_by_other_party(),
            "EPIPE",
            "This socket has been ended by the other party",
        ),
        (
            errors.ip_blocked("127.0.0.1"),
            "ERR_IP_BLOCKED",
            "IP(127.0.0.1) is blocked by net.BlockList",
        ),
        (
            errors.stream_destroyed("write"),
            "ERR_STREAM_DESTROYED",
            "Cannot call write after a stream was destroyed",
        ),
        (
            errors.stream_already_finished("end"),
            "ERR_STREAM_ALREADY_FINISHED",
            "Cannot call end after a stream was finished",
        ),
        (errors.write_after_end(), "ERR_STREAM_WRITE_AFTER_END", "write after end"),
        (errors.stream_push_after_eof(), "ERR_STREAM_PUSH_AFTER_EOF", "stream.push() after EOF"),
        (
            errors.stream_unshift_after_end_event(),
            "ERR_STREAM_UNSHIFT_AFTER_END_EVENT",
            "stream.unshift() after end event",
        ),
        (
            errors.stream_null_values(),
            "ERR_STREAM_NULL_VALUES",
            "May not write null values to stream",
        ),
        (errors.stream_premature_close(), "ERR_STREAM_PREMATURE_CLOSE", "Premature close"),
        (errors.stream_cannot_pipe(), "ERR_STREAM_CANNOT_PIPE", "Cannot pipe, not readable"),
        (
            errors.method_not_implemented("_read()"),
            "ERR_METHOD_NOT_IMPLEMENTED",
            "The _read() method is not implemented",
        ),
        (errors.multiple_callback(), "ERR_MULTIPLE_CALLBACK", "Callback called multiple times"),
        (errors.AbortError(), "ABORT_ERR", "The operation was aborted"),
        (
            errors.UnhandledError({"message": "mm", "code": "C"}),
            "ERR_UNHANDLED_ERROR",
            "Unhandled error. ({ message: 'mm', code: 'C' })",
        ),
        (
            errors.InvalidAddressFamily(5, "x.y", 1),
            "ERR_INVALID_ADDRESS_FAMILY",
            "Invalid address family: 5 x.y:1",
        ),
    ],
)
def test_an_error_has_nodes_code_and_text(error: errors.NodeError, code: str, text: str) -> None:
    assert (error.code, str(error), error.message) == (code, text, text)


def test_a_long_value_is_cut_after_128_characters() -> None:
    text = str(errors.invalid_arg_value("options", "x" * 200))
    assert text == f"The argument 'options' is invalid. Received '{'x' * 127}..."


def test_the_classes_are_those_that_python_programs_catch() -> None:
    assert isinstance(errors.bad_port("Port", -1), ValueError)
    assert isinstance(errors.invalid_handle_type(), TypeError)
    assert isinstance(errors.system_error(errno.EPIPE, "write"), OSError)
    assert not isinstance(errors.AggregateError([]), ExceptionGroup)
    assert [
        error.name
        for error in (
            errors.socket_closed(),
            errors.invalid_handle_type(),
            errors.bad_port("Port", -1),
            errors.AbortError(),
            errors.AggregateError([]),
            errors.system_error(errno.EPIPE, "write"),
        )
    ] == ["Error", "TypeError", "RangeError", "AbortError", "AggregateError", "Error"]


def test_an_aggregate_has_the_first_code_and_no_text() -> None:
    parts = [errors.system_error(errno.ECONNREFUSED, "connect", "127.0.0.1", 1), ValueError("x")]
    error = errors.AggregateError(parts)
    assert (error.code, str(error), error.errors) == ("ECONNREFUSED", "", parts)


def test_an_abort_error_has_its_cause() -> None:
    reason = ValueError("reason")
    assert errors.AbortError(cause=reason).cause is reason
    assert errors.AbortError(cause=reason).__cause__ is reason
    assert errors.AbortError(cause="because").cause == "because"
    assert errors.AbortError(cause="because").__cause__ is None


def test_a_refused_connection() -> None:
    cause = ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
    error = errors.system_error(cause, "connect", "127.0.0.1", 1)
    assert str(error) == "connect ECONNREFUSED 127.0.0.1:1"
    assert (error.code, error.errno, error.syscall) == (
        "ECONNREFUSED",
        -errno.ECONNREFUSED,
        "connect",
    )
    assert (error.address, error.port, error.hostname) == ("127.0.0.1", 1, None)
    assert error.__cause__ is cause


def test_a_local_address_is_in_the_text_and_in_attributes() -> None:
    error = errors.system_error(
        errno.ECONNREFUSED, "connect", "127.0.0.1", 1, local=("0.0.0.0", -1)
    )
    assert str(error) == "connect ECONNREFUSED 127.0.0.1:1 - Local (0.0.0.0:-1)"
    assert (error.localAddress, error.localPort) == ("0.0.0.0", -1)


@pytest.mark.parametrize(
    ("number", "arguments", "text"),
    [
        (errno.EADDRINUSE, ("s.sock", -1), "listen EADDRINUSE: address already in use s.sock"),
        (
            errno.EADDRNOTAVAIL,
            ("1.2.3.4", 1),
            "listen EADDRNOTAVAIL: address not available 1.2.3.4:1",
        ),
        (errno.EINVAL, (), "listen EINVAL: invalid argument"),
        (errno.EACCES, ("/nope/x", -1), "listen EACCES: permission denied /nope/x"),
        (errno.EADDRINUSE, ("::", 443), "listen EADDRINUSE: address already in use :::443"),
    ],
)
def test_errors_of_listen_describe_themselves(
    number: int, arguments: tuple[Any, ...], text: str
) -> None:
    assert str(errors.system_error(number, "listen", *arguments, described=True)) == text


def test_other_forms_of_system_errors() -> None:
    assert str(errors.system_error(-errno.EPIPE, "write")) == "write EPIPE"
    assert str(errors.system_error(errno.EADDRNOTAVAIL, "bind", "1.2.3.4", 0)) == (
        "bind EADDRNOTAVAIL 1.2.3.4"
    )
    assert str(errors.system_error(errno.ENOENT, "connect", "/nope")) == "connect ENOENT /nope"
    details = errors.system_error(errno.EINVAL, "connect", "/long", details="Local (?)")
    assert str(details) == "connect EINVAL /long - Local (?)"
    assert errors.system_error(TimeoutError(), "connect").code == "ETIMEDOUT"
    assert errors.system_error(errno.EOPNOTSUPP, "bind").code == "ENOTSUP"
    assert errors.system_error(errno.EWOULDBLOCK, "connect").code == "EAGAIN"
    unknown = errors.system_error(OSError("?"), "connect")
    assert (unknown.code, unknown.errno) == ("UNKNOWN", -4094)


@pytest.mark.parametrize(
    ("number", "code", "node_number"),
    [
        (socket.EAI_NONAME, "ENOTFOUND", -3008),
        (socket.EAI_NODATA, "ENOTFOUND", -3007),
        (socket.EAI_AGAIN, "EAI_AGAIN", -3001),
    ],
)
def test_a_name_that_does_not_resolve(number: int, code: str, node_number: int) -> None:
    error = errors.lookup_error(socket.gaierror(number, "words"), "nohost.invalid")
    assert str(error) == f"getaddrinfo {code} nohost.invalid"
    assert (error.code, error.errno, error.syscall, error.hostname) == (
        code,
        node_number,
        "getaddrinfo",
        "nohost.invalid",
    )


def test_a_lookup_that_failed_otherwise() -> None:
    error = errors.lookup_error(OSError(errno.EMFILE, "words"), "x.y")
    assert (str(error), error.errno) == ("getaddrinfo EMFILE x.y", -errno.EMFILE)
