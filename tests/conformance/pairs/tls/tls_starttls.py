"""STARTTLS: a plain connection that both sides secure in the middle."""

# rows: l.starttls l.connect

from anynet import node as net
from anynet.node import tls
from tests.conformance.identities import ca, identity, listen
from tests.conformance.tracing import log, run, watch


def main():
    def on_connection(raw):
        raw.write("220 hello\r\n")

        def go_ahead(*_):
            secured = tls.TLSSocket(raw, {"isServer": True, **identity("server")})
            secured.on(
                "secure",
                lambda: log("server secure", secured.encrypted, isinstance(secured, net.Socket)),
            )

            def on_data(data):
                log("server data", data)
                secured.end("bye")

            secured.on("data", on_data)
            watch(secured, "server", "end")

        def on_command(data):
            log("server heard", data)
            raw.write("220 go ahead\r\n", go_ahead)

        raw.once("data", on_command)

    server = net.createServer(on_connection)

    def connect(port):
        raw = net.connect(port, "127.0.0.1")

        def on_answer(answer):
            log("client heard", answer)

            def on_secure():
                log(
                    "client secureConnect",
                    secured.authorized,
                    secured.remotePort == port,
                    raw.destroyed,
                )
                secured.write("secret")

            secured = tls.connect({"socket": raw, "ca": ca, "servername": "localhost"}, on_secure)
            log("client", secured.connecting, secured.encrypted, secured.allowHalfOpen)
            watch(secured, "client", "data", "end", "close")
            raw.on("close", lambda *_: log("raw closed", secured.destroyed))
            secured.on("close", lambda *_: server.close(lambda *_: early()))

        def on_greeting(greeting):
            log("client heard", greeting)
            raw.write("STARTTLS\r\n")
            raw.once("data", on_answer)

        raw.once("data", on_greeting)

    listen(server, connect)

    # Over a socket that is still connecting.
    def early():
        second = tls.createServer(identity("server"), lambda c: c.end("early"))

        def connect(port):
            raw = net.connect(port, "127.0.0.1")
            secured = tls.connect(socket=raw, ca=ca, servername="localhost")
            log("early", secured.connecting)
            watch(secured, "early", "connect", "secureConnect", "data", "close")
            secured.on("close", lambda *_: second.close())

        listen(second, connect)


run(main)
