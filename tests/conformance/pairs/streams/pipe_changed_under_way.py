"""A pipe of a socket to itself that has carried three chunks, and what a program may do to it then."""

# rows: 5.stream.pipe 5.event.data 8.2

from anynet import node as net
from anynet.node.stream import PassThrough
from tests.conformance.tracing import log, run


def hear(chunk):
    log("heard", chunk.decode())


def put_back(s, echoed):
    (listener,) = s.listeners("data")
    s.removeListener("data", listener)

    def both(chunk):
        hear(chunk)
        listener(chunk)

    s.on("data", both)


def pause(s, echoed):
    s.pause()
    net.setTimeout(s.resume, 30)


def read_by_hand(s, echoed):
    def on_readable():
        chunk = s.read()
        log("read", "null" if chunk is None else chunk.decode())

    s.on("readable", on_readable)


def take_pipe_away(s, echoed):
    s.unpipe(s)
    s.on("data", hear)
    s.on("end", s.end)
    s.resume()


def pipe_again(s, echoed):
    s.unpipe(s)
    s.pipe(s)


def add_destination(s, echoed):
    other = PassThrough()
    other.on("data", lambda chunk: log("other", chunk.decode()))
    s.pipe(other)


def patch_write(s, echoed):
    write = s.write

    def logged(chunk):
        log("writes", chunk.decode())
        return write(chunk)

    s.write = logged


def patch_push(s, echoed):
    push = s.push

    def logged(chunk):
        log("pushes", None if chunk is None else chunk.decode())
        return push(chunk)

    s.push = logged


def cork(s, echoed):
    s.cork()
    s.once("end", lambda: log("corked to the end", echoed()))


CHANGES = {
    "nothing": lambda s, echoed: None,
    "another listener": lambda s, echoed: s.on("data", hear),
    "one in front": lambda s, echoed: s.prependListener("data", hear),
    "a listener for once": lambda s, echoed: s.once("data", hear),
    "no listener": lambda s, echoed: s.removeAllListeners("data"),
    "the listener taken away and put back": put_back,
    "a pause": pause,
    "an encoding": lambda s, echoed: s.setEncoding("hex"),
    "readable": read_by_hand,
    "no pipe": take_pipe_away,
    "the same pipe again": pipe_again,
    "a second destination": add_destination,
    "a write of its own": patch_write,
    "a push of its own": patch_push,
    "a cork": cork,
    "something unread": lambda s, echoed: s.unshift(b"unread "),
    "an end by hand": lambda s, echoed: s.push(None),
    "our end": lambda s, echoed: s.end(),
    "destruction": lambda s, echoed: s.destroy(),
}


def try_next(names):
    if not names:
        return
    name, *rest = names
    log("change", name)
    client = None
    echoed = b""

    def on_connection(socket):
        server.close()
        socket.pipe(socket)
        socket.on("error", lambda error: log("server error", error))
        socket.on(
            "close",
            lambda had_error: log("server close", had_error, socket.bytesRead, socket.bytesWritten),
        )

        def on_data(chunk):
            nonlocal echoed
            echoed += chunk
            if len(echoed) < 6:
                client.write(f"m{len(echoed) // 2 + 1}")
                return
            if echoed != b"m1m2m3":
                return
            CHANGES[name](socket, lambda: echoed.decode())
            steps = [lambda: client.write("m4"), lambda: client.write("m5"), client.end]

            def take_step():
                steps.pop(0)()
                if steps:
                    net.setTimeout(take_step, 20)

            net.setTimeout(take_step, 20)

        def on_close():
            log("echoed", echoed.decode())
            socket.destroy()
            try_next(rest)

        client.on("data", on_data)
        client.on("error", lambda error: log("client error", error.code))
        client.on("close", on_close)
        client.write("m1")

    def start():
        nonlocal client
        client = net.connect(
            {"port": server.address()["port"], "host": "127.0.0.1", "allowHalfOpen": True}
        )
        client.setNoDelay()
        client.on("end", lambda: client.end())

    server = net.createServer({"allowHalfOpen": True}, on_connection)
    server.listen(0, "127.0.0.1", start)


run(lambda: try_next(list(CHANGES)))
