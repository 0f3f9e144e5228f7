"""A handler that speaks HTTP/2, by h2: it answers each request with its path."""

from __future__ import annotations

import anyio
import h2.config
import h2.connection
import h2.events

import anynet


async def serve_http2(socket: anynet.Socket) -> None:
    config = h2.config.H2Configuration(client_side=False, header_encoding=None)
    http = h2.connection.H2Connection(config)
    http.initiate_connection()
    await socket.send(http.data_to_send())
    async for chunk in socket:
        for event in http.receive_data(chunk):
            if isinstance(event, h2.events.RequestReceived):
                await anyio.lowlevel.checkpoint()
                body = dict(event.headers or ())[b":path"]
                length = str(len(body))
                http.send_headers(event.stream_id, [(":status", "200"), ("content-length", length)])
                http.send_data(event.stream_id, body, end_stream=True)
        await socket.send(http.data_to_send())
