"""Reading into one buffer over and over: no memory is allocated for what arrives."""

from __future__ import annotations

import argparse

from anynet import node as net


def main() -> None:
    server = net.createServer(lambda socket: socket.end("what the server has to say\n" * 1000))

    def on_listening() -> None:
        address = server.address()
        assert isinstance(address, dict)
        received = 0

        def on_read(count: int, buffer: bytearray) -> None:
            nonlocal received
            # Only the first `count` bytes are new.
            if received == 0:
                print(buffer[:count].decode().partition("\n")[0])
            received += count

        def on_close(_: bool) -> None:
            print(received, "bytes")
            server.close()

        client = net.connect(
            {
                "port": address["port"],
                "onread": {"buffer": bytearray(4 * 1024), "callback": on_read},
            }
        )
        client.on("close", on_close)

    server.listen(0, on_listening)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    net.run(main, backend=parser.parse_args().backend)
