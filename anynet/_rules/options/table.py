"""Options are rows of a table: the fields of a class, with what is known of each in its metadata.

A row is all there is to an option: its name, type and default are the field's; ``check`` and
``convert`` say what may be given; ``setting`` how it is set on a socket; ``in_worker`` that a
worker of a cluster keeps it to itself. Nothing else lists options by name: the functions that take
them, setting them on sockets, sending them to the primary of a cluster and the tables of the
reference read these rows. (Keywords that type checkers know cannot be derived; they stand beside
their class as a TypedDict, and a test compares the two.)

What other libraries call an option is a row of :data:`NAMES_ELSEWHERE`: a misspelling is found by
its letters, a name that was learned elsewhere is not.

Only what was given is checked, and most calls give little: with a validator for each field, the
options that had not been given were half of the calls of a connect.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar, NamedTuple, TypeVar, cast

import attrs

OptionsT = TypeVar("OptionsT", bound="Options")

#: Takes the name of an option and a value, raises what is wrong with it, returns what is kept.
Check = Callable[[str, Any], Any]


class Setting(NamedTuple):
    """How an option is set on a socket: setsockopt with these constants of ``socket``."""

    level: str
    #: The first that the platform has counts.
    names: tuple[str, ...]
    #: So many units of the system make one of ours.
    scale: int = 1
    #: What sockets of IPv6 have instead.
    ipv6: Setting | None = None
    #: Unix sockets have it as well.
    on_unix: bool = False


class Row(NamedTuple):
    """What is known of an option beside its name and type."""

    #: Where it is None, None may be given and is not checked.
    default: Any
    check: Check | None = None
    #: What this returns is kept instead of what was given. The default is converted too.
    convert: Check | None = None
    setting: Setting | None = None
    in_worker: bool = False

    def checked(self, name: str, value: object) -> Any:
        """``value`` as the option ``name`` keeps it. Raises what is wrong with it."""
        if self.convert is not None:
            return self.convert(name, value)
        if self.check is not None:
            self.check(name, value)
        return value


def option(default: Any, check: Check | None = None, **more: Any) -> Any:
    """A field of a class of options; the arguments are those of :class:`Row`."""
    return attrs.field(default=default, metadata={"row": Row(default, check, **more)})


class Options:
    """The base of the classes of options: frozen values, checked when they are made."""

    #: The table, and the values where nothing is given; :func:`options` fills both in.
    rows: ClassVar[Mapping[str, Row]]
    defaults: ClassVar[Mapping[str, Any]]

    def __init__(self, **given: Any) -> None:
        cls, values = type(self), self.__dict__
        values.update(cls.defaults)
        for name, value in given.items():
            if name not in cls.rows:
                raise TypeError(
                    f"{cls.__name__}.__init__() got an unexpected keyword argument {name!r}"
                )
            if value is not None or cls.rows[name].default is not None:
                values[name] = cls.rows[name].checked(name, value)
        self.check_together()

    def check_together(self) -> None:
        """Raise :exc:`ValueError` for options that exclude each other."""


def options(cls: type[OptionsT]) -> type[OptionsT]:
    """The decorator of the classes of options.

    Nothing compares or prints them, and what attrs generates for that would be compiled at each
    import, at half a millisecond for a class.
    """
    decorated = attrs.frozen(init=False, eq=False, repr=False, slots=False, match_args=False)(cls)
    fields = attrs.fields(cast("type[attrs.AttrsInstance]", decorated))
    decorated.rows = {field.name: field.metadata["row"] for field in fields}
    decorated.defaults = {
        name: row.checked(name, row.default) if row.convert else row.default
        for name, row in decorated.rows.items()
    }
    return decorated


#: What an option is called in the standard library, Trio, AnyIO, Node and clients of HTTP; and what
#: it is called here. Of several the first that the function takes is meant.
NAMES_ELSEWHERE: dict[str, tuple[str, ...]] = {
    "timeout": ("connect_timeout", "idle_timeout"),
    "open_timeout": ("connect_timeout",),
    "read_timeout": ("receive_timeout",),
    "recv_timeout": ("receive_timeout",),
    "write_timeout": ("send_timeout",),
    "ssl": ("tls",),
    "ssl_context": ("tls",),
    "sslcontext": ("tls",),
    "tls_context": ("tls",),
    "context": ("tls",),
    "secure": ("tls",),
    "ssl_handshake_timeout": ("tls_handshake_timeout", "connect_timeout"),
    "https_compatible": ("tls_standard_compatible",),
    "servername": ("server_hostname",),
    "tls_hostname": ("server_hostname",),
    "happy_eyeballs_delay": ("attempt_delay",),
    "autoSelectFamilyAttemptTimeout": ("attempt_delay",),
    "local_addr": ("local_host",),
    "local_address": ("local_host",),
    "localAddress": ("local_host",),
    "source_address": ("local_host",),
    "remote_host": ("host",),
    "hostname": ("host",),
    "address": ("host",),
    "interface": ("host",),
    "remote_port": ("port",),
    "uds": ("path",),
    "unix_path": ("path",),
    "socket_path": ("path",),
    "sock": ("fd",),
    "sockets": ("fd",),
    "lookup": ("resolver",),
    "nodelay": ("no_delay",),
    "tcp_nodelay": ("no_delay",),
    "keepalive": ("keep_alive",),
    "so_keepalive": ("keep_alive",),
    "shutdown_timeout": ("grace_period",),
    "graceful_timeout": ("grace_period",),
    "on_error": ("on_handler_error",),
    "retry": ("retry_on",),
    "retries": ("retry_on",),
    "proxy": ("proxy_header",),
}

#: One object of each class, shared wherever none of its options is given: they are frozen.
_without_any: dict[type[Options], Options] = {}


def split_options(
    function: str, given: Mapping[str, Any], *classes: type[Options]
) -> tuple[Any, ...]:
    """Build one object of each class from the keywords that it knows.

    Raises :exc:`TypeError` for a keyword that no class knows; it names the one that was meant.
    """
    parts: dict[type[Options], dict[str, Any]] = {}
    for name, value in given.items():
        for cls in classes:
            if name in cls.rows:
                parts.setdefault(cls, {})[name] = value
                break
        else:
            raise TypeError(f"{function}() has no option {name!r}{_hint(name, classes)}")
    objects = []
    for cls in classes:
        if cls in parts:
            objects.append(cls(**parts[cls]))
        else:
            if cls not in _without_any:
                _without_any[cls] = cls()
            objects.append(_without_any[cls])
    return tuple(objects)


def _hint(name: str, classes: Collection[type[Options]]) -> str:
    """Which option was meant by a name that is none."""
    known = [row for cls in classes for row in cls.rows]
    meant = [each for each in NAMES_ELSEWHERE.get(name, ()) if each in known]
    meant = meant or difflib.get_close_matches(name, known, 1)
    return f"; did you mean {meant[0]!r}?" if meant else ""
