"""The names of a certificate against the name that was asked for, and a check of one's own."""

# rows: l.identity l.errors

from anynet.node import tls
from tests.conformance.identities import ca, identity, listen
from tests.conformance.tracing import log, run


def main():
    def own(host, cert):
        log("asked", host, cert["subject"]["CN"])
        return None if cert["subject"]["CN"] == "other.test" else Exception("not the pinned one")

    cases = [
        ("wrong name", "other", {"servername": "localhost"}),
        ("wild", "other", {"servername": "a.wild.test"}),
        ("too deep", "other", {"servername": "a.b.wild.test"}),
        ("no name, an address", "other", {}),
        ("an address of it", "server", {}),
        ("own check", "other", {"servername": "whatever.test", "checkServerIdentity": own}),
        ("own check fails", "server", {"checkServerIdentity": own}),
    ]

    def follow():
        if not cases:
            direct()
            return
        label, name, options = cases.pop(0)
        server = tls.createServer(identity(name), lambda c: c.on("error", lambda _: None))

        def connect(port):
            socket = tls.connect({"port": port, "host": "127.0.0.1", "ca": ca, **options})

            def on_secure():
                log(f"{label}: secureConnect", socket.authorized)
                socket.end()

            def on_error(error):
                cert = getattr(error, "cert", None)
                log(
                    f"{label}: error",
                    getattr(error, "code", None),
                    str(error),
                    getattr(error, "reason", None),
                    getattr(error, "host", None),
                    cert and cert["subject"]["CN"],
                )

            def on_close(*_):
                log(f"{label}: close", socket.authorized, socket.authorizationError)
                server.close(lambda *_: follow())

            socket.on("secureConnect", on_secure)
            socket.on("error", on_error)
            socket.on("close", on_close)
            socket.resume()

        listen(server, connect)

    follow()


def direct():
    def check(label, host, subject=None, names=None):
        cert = {}
        if subject is not None:
            cert["subject"] = subject
        if names is not None:
            cert["subjectaltname"] = names
        error = tls.checkServerIdentity(host, cert)
        log(label, error and error.code, error and error.reason)

    check("common name", "a.test", {"CN": "a.test"})
    check("common name, wrong", "b.test", {"CN": "a.test"})
    check("several", "b.test", {"CN": ["a.test", "b.test"]})
    check("alternative before common", "a.test", {"CN": "a.test"}, "DNS:b.test")
    check("wild", "x.a.test", {}, "DNS:*.a.test")
    check("wild alone", "a.test", {}, "DNS:*.a.test")
    check("wild in a part", "xyz.a.test", {}, "DNS:x*.a.test")
    check("wild top", "test", {}, "DNS:*")
    check("wild of two", "a.test", {}, "DNS:*.test")
    check("upper case", "A.TEST", {}, "DNS:a.test")
    check("dot at the end", "a.test.", {}, "DNS:a.test")
    check("address", "127.0.0.1", {}, "IP Address:127.0.0.1")
    check("address as a name", "127.0.0.1", {"CN": "127.0.0.1"}, "DNS:127.0.0.1")
    check("address 6", "::1", {}, "IP Address:0:0:0:0:0:0:0:1")
    check("nothing", "a.test")
    check("no names", "a.test", {})
    check("uri", "a.test", {"CN": "a.test"}, "URI:http://b.test/")


run(main)
