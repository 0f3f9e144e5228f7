"""The options of TLS, for the side that connects and for the side that listens."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

import attrs
import click

from anynet.cli.exit_codes import CommandError, text_of

#: A file that has to be there.
FILE = click.Path(exists=True, dir_okay=False)

_SHARED = (
    click.option("--tls", is_flag=True, help="Speak TLS; the endpoint tls://… does too."),
    click.option("--cert", metavar="FILE", type=FILE, help="Our certificate and its chain, PEM."),
    click.option("--key", metavar="FILE", type=FILE, help="Its key; default: in --cert."),
    click.option("--ca", metavar="FILE", type=FILE, help="Certificates to trust, PEM."),
    click.option("--alpn", metavar="NAMES", help="Protocols to offer, with commas: h2,http/1.1."),
)
_CONNECTING = (
    click.option("--insecure", is_flag=True, help="Accept any certificate: anybody may listen in."),
    click.option("--sni", metavar="NAME", help="The name to ask for and to verify."),
)


@attrs.frozen
class TLSOptions:
    """What the options say."""

    tls: bool = False
    cert: str | None = None
    key: str | None = None
    ca: str | None = None
    alpn: str | None = None
    insecure: bool = False
    sni: str | None = None

    @classmethod
    def take(cls, options: dict[str, Any]) -> TLSOptions:
        """Take those of TLS out of the options of a command."""
        names = [field.name for field in attrs.fields(cls) if field.name in options]
        return cls(**{name: options.pop(name) for name in names})

    def check_used(self, tls: bool) -> None:
        """Refuse an option of TLS where there is none."""
        if not tls:
            for name in ("cert", "key", "ca", "alpn", "insecure", "sni"):
                if getattr(self, name):
                    raise CommandError(f"--{name} is for --tls, which is off", code=2)

    def client_context(self) -> ssl.SSLContext:
        """The context of a side that connects."""
        if self.insecure and self.ca is not None:
            raise CommandError("--insecure and --ca exclude each other", code=2)
        try:
            context = ssl.create_default_context(cafile=self.ca)
        except (OSError, ssl.SSLError) as error:
            raise CommandError(f"--ca {self.ca}: {text_of(error)}") from None
        if self.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return self._with_own(context)

    def server_context(self) -> ssl.SSLContext:
        """The context of a side that listens; with ``--ca`` clients have to have a certificate."""
        if self.cert is None:
            raise CommandError("--tls needs --cert, and --key unless it is in there", code=2)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if self.ca is not None:
            try:
                context.load_verify_locations(self.ca)
            except (OSError, ssl.SSLError) as error:
                raise CommandError(f"--ca {self.ca}: {text_of(error)}") from None
            context.verify_mode = ssl.CERT_REQUIRED
        return self._with_own(context)

    def _with_own(self, context: ssl.SSLContext) -> ssl.SSLContext:
        if self.key is not None and self.cert is None:
            raise CommandError("--key needs --cert", code=2)
        if self.cert is not None:
            try:
                context.load_cert_chain(self.cert, self.key)
            except (OSError, ssl.SSLError) as error:
                name = f"--cert {self.cert}" + (f" --key {self.key}" if self.key else "")
                raise CommandError(f"{name}: {text_of(error)}") from None
        if self.alpn:
            try:
                context.set_alpn_protocols(self.alpn.split(","))
            except ssl.SSLError as error:
                raise CommandError(f"--alpn {self.alpn}: {text_of(error)}", code=2) from None
        return context

    def connect_options(self, tls: bool) -> dict[str, Any]:
        """The keywords of ``connect``."""
        self.check_used(tls)
        if not tls:
            return {}
        options: dict[str, Any] = {"tls": self.client_context()}
        return options | ({"server_hostname": self.sni} if self.sni else {})

    def listen_options(self, tls: bool) -> dict[str, Any]:
        """The keywords of ``create_server``."""
        self.check_used(tls)
        if not tls:
            return {}
        return {"tls": self.server_context()}


def tls_client_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of TLS that who connects has."""
    return _with(command, _SHARED + _CONNECTING)


def tls_server_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of TLS that who listens has."""
    return _with(command, _SHARED)


def _with(command: Callable[..., Any], options: tuple[Any, ...]) -> Callable[..., Any]:
    for option in reversed(options):
        command = option(command)
    return command
