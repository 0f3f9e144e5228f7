"""A pipe from one socket to another that has carried three chunks, and what may happen to the destination then."""

# rows: 5.stream.pipe 5.event.error 8.2

from types import SimpleNamespace

from anynet import node as net
from tests.conformance.tracing import log, run

LARGE = b"ab" * 1_500_000


def patch_write(to, ends):
    write = to.write

    def logged(chunk):
        log("writes", chunk.decode())
        return write(chunk)

    to.write = logged


def cork(to, ends):
    to.cork()
    net.setTimeout(to.uncork, 50)


def pause_reader(to, ends):
    ends.reader.pause()
    net.setTimeout(ends.reader.resume, 100)
    ends.writer.write(LARGE)


def write_before(to, ends):
    ends.reader.pause()
    net.setTimeout(ends.reader.resume, 60)
    to.write(LARGE, lambda: log("the large one is written"))


CHANGES = {
    "nothing": lambda to, ends: None,
    "a write of its own": patch_write,
    "a cork": cork,
    "its end": lambda to, ends: to.end("the end"),
    "its destruction": lambda to, ends: to.destroy(),
    "a peer that does not read": pause_reader,
    "a peer that resets": lambda to, ends: ends.reader.resetAndDestroy(),
    "a write before": write_before,
}


def try_next(names):
    if not names:
        return
    name, *rest = names
    log("change", name)
    ends = SimpleNamespace(source=None, to=None, received=b"", open=4)

    def watch(socket, label, logged):
        def on_error(error):
            if logged:
                log(f"{label} error", error.code)

        def on_close(had_error):
            if logged:
                log(f"{label} close", had_error, socket.bytesRead, socket.bytesWritten)
            ends.open -= 1
            if ends.open == 0:
                log("received", len(ends.received), ends.received[-10:].decode())
                try_next(rest)

        socket.on("error", on_error)
        socket.on("close", on_close)

    def on_connection(socket):
        socket.setNoDelay()
        if ends.source is None:
            ends.source = socket
            connect_reader()
            return
        ends.to = socket
        server.close()
        watch(ends.source, "from", not name.startswith("its"))
        watch(socket, "to", True)
        socket.on("close", lambda: ends.source.destroy())
        ends.source.pipe(socket)
        ends.writer.write("m1")

    def connect():
        return net.connect(
            port=server.address()["port"], host="127.0.0.1", allowHalfOpen=True, noDelay=True
        )

    def start():
        ends.writer = writer = connect()
        watch(writer, "writer", False)
        writer.on("end", lambda: writer.end())

    def connect_reader():
        ends.reader = reader = connect()
        watch(reader, "reader", False)
        reader.on("end", lambda: reader.end())

        def on_data(chunk):
            ends.received += chunk
            if len(ends.received) < 6:
                ends.writer.write(f"m{len(ends.received) // 2 + 1}")
                return
            if ends.received != b"m1m2m3":
                return
            CHANGES[name](ends.to, ends)
            steps = [
                lambda: ends.writer.write("m4"),
                lambda: ends.writer.write("m5"),
                ends.writer.end,
            ]

            def take_step():
                steps.pop(0)()
                if steps:
                    net.setTimeout(take_step, 20)

            net.setTimeout(take_step, 20)

        reader.on("data", on_data)

    server = net.createServer({"allowHalfOpen": True}, on_connection)
    server.listen(0, "127.0.0.1", start)


run(lambda: try_next(list(CHANGES)))
