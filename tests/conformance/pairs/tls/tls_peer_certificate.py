"""What getPeerCertificate shows of a certificate, and of the chain above it."""

# rows: l.certificate l.connect

from anynet.node import tls
from tests.conformance.identities import ca, identity, listen, pem
from tests.conformance.tracing import log, run


def show(label, cert):
    for key in sorted(cert):
        value = cert[key]
        if key != "issuerCertificate":
            log(f"{label} {key}", value.hex() if isinstance(value, bytes) else value)


def main():
    names = ["server", "rsa", "other", "below"]

    def follow():
        if not names:
            return
        name = names.pop(0)
        own = identity(name)
        if name == "below":
            own["cert"] += pem("intermediate-cert")

        def on_secure(c):
            log(f"{name} of the client", c.getPeerCertificate())
            c.end()

        server = tls.createServer(own, on_secure)

        def connect(port):
            def on_connected():
                cert = socket.getPeerCertificate()
                show(name, cert)
                detailed = socket.getPeerCertificate(True)
                log("detail", "issuerCertificate" in cert, detailed["subject"]["CN"])
                if name == "below":
                    show("above", detailed["issuerCertificate"])
                socket.resume()

            def on_close(*_):
                log("after", socket.getPeerCertificate())
                server.close(lambda *_: follow())

            servername = "other.test" if name == "other" else "localhost"
            socket = tls.connect(
                {"port": port, "host": "127.0.0.1", "ca": ca, "servername": servername},
                on_connected,
            )
            log("before", socket.getPeerCertificate(), socket.getCipher())
            socket.on("close", on_close)

        listen(server, connect)

    follow()


run(main)
