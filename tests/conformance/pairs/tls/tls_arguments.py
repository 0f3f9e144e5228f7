"""Bad arguments of connect and createServer are thrown, and what is made looks as it should."""

# rows: l.arguments l.errors

from anynet import node as net
from anynet.node import tls
from tests.conformance.identities import identity
from tests.conformance.tracing import attempt, log, run


def main():
    attempt("handshakeTimeout", lambda: tls.createServer({"handshakeTimeout": "x"}))
    attempt("empty protocol", lambda: tls.createServer({"ALPNProtocols": [""]}))
    attempt("long protocol", lambda: tls.createServer({"ALPNProtocols": ["a" * 256]}))
    attempt("SNICallback", lambda: tls.createServer({"SNICallback": 5}))
    attempt("options", lambda: tls.createServer("x"))
    attempt("addContext", lambda: tls.createServer({}).addContext("", {}))
    attempt("checkServerIdentity", lambda: tls.connect({"port": 1, "checkServerIdentity": 5}))
    attempt("port", lambda: tls.connect({"port": 65536}))
    attempt("nowhere", lambda: tls.connect({}))
    attempt("minDHSize", lambda: tls.connect({"port": 1, "minDHSize": "x"}))
    attempt("minVersion", lambda: tls.connect({"port": 1, "minVersion": "x"}))
    attempt("minVersion of a server", lambda: tls.createServer({"minVersion": "x"}))
    server = tls.createServer(identity("server"))
    log(
        "server",
        isinstance(server, net.Server),
        isinstance(server, tls.Server),
        server.listening,
        server.listenerCount("connection"),
        server.listenerCount("secureConnection"),
        server.allowHalfOpen,
    )
    socket = tls.TLSSocket()
    log(
        "socket",
        isinstance(socket, net.Socket),
        socket.encrypted,
        socket.authorized,
        socket.authorizationError,
        socket.secureConnecting,
        socket.allowHalfOpen,
    )
    log(
        "nothing yet",
        socket.alpnProtocol,
        socket.servername,
        socket.getPeerCertificate(),
        socket.isSessionReused(),
        socket.readyState,
    )
    socket.destroy()
    log("destroyed", socket.destroyed, socket.getPeerCertificate())
    log("defaults", tls.DEFAULT_MIN_VERSION, tls.DEFAULT_MAX_VERSION, tls.DEFAULT_CIPHERS)
    ciphers = tls.getCiphers()
    log(
        "ciphers",
        "ecdhe-rsa-aes128-gcm-sha256" in ciphers,
        "tls_aes_128_gcm_sha256" in ciphers,
    )


run(main)
