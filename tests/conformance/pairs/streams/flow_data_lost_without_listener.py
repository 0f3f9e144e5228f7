"""Flowing with no listener, data is lost; not flowing, it waits for the first listener."""

# rows: 5.event.data 5.resume

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    def onConnection(peer):
        peer.on("data", lambda data: peer.write(data))

    server = net.createServer(onConnection)

    def start():
        lossy = net.connect(server.address()["port"], "127.0.0.1")
        lossy.resume()
        lossy.write("lost")

        def listen():
            if lossy.bytesRead < 4:
                return net.setTimeout(listen, 20)
            log("read", lossy.bytesRead, lossy.readableLength)
            lossy.on("data", lambda data: log("lossy data", data))
            lossy.end("kept")

        net.setTimeout(listen, 40)
        lossy.on("close", patientPart)

    def patientPart(hadError):
        patient = net.connect(server.address()["port"], "127.0.0.1")
        patient.write("waits")

        def listen():
            if patient.bytesRead < 5:
                return net.setTimeout(listen, 20)
            log("flowing", patient.readableFlowing, patient.bytesRead, patient.readableLength)
            patient.on("data", lambda data: log("patient data", data))
            log("flowing", patient.readableFlowing)
            patient.end()
            server.close()

        net.setTimeout(listen, 40)
        patient.on("end", lambda: log("patient end"))

    server.listen(0, "127.0.0.1", start)


run(main)
