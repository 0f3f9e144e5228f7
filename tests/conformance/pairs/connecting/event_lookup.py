"""lookup comes after resolving and before connecting, one per address with autoselection."""

# rows: 5.event.lookup 5.event.connectionAttempt 5.autoSelectFamilyAttemptedAddresses 6.option.lookup

from anynet import node as net
from tests.conformance.tracing import log, run, watch


def main():
    server = net.createServer(lambda peer: peer.end())

    def start():
        port = server.address()["port"]

        def lookupOne(host, options, callback):
            log("asked", host, options.get("all"), options.get("family"), options.get("hints"))
            net.setImmediate(lambda: callback(None, "127.0.0.1", 4))

        def lookupAll(host, options, callback):
            log("asked", host, options.get("all"), options.get("family"), options.get("hints"))
            net.setImmediate(
                lambda: callback(
                    None, [{"address": "127.0.0.1", "family": 4}, {"address": "::1", "family": 6}]
                )
            )

        names = [
            "lookup",
            "connectionAttempt",
            "connectionAttemptFailed",
            "connectionAttemptTimeout",
            "connect",
            "error",
            "close",
        ]
        single = net.connect({"port": port, "host": "one.test", "lookup": lookupOne, "family": 4})
        watch(single, "single", *names)
        log("attempted", single.autoSelectFamilyAttemptedAddresses)

        def second(hadError):
            log("attempted", single.autoSelectFamilyAttemptedAddresses)
            several = net.connect({"port": port, "host": "several.test", "lookup": lookupAll})
            watch(several, "several", *names)
            several.on(
                "connect", lambda: log("attempted", several.autoSelectFamilyAttemptedAddresses)
            )
            several.resume()
            several.on("close", lambda hadError: server.close())

        single.resume()
        single.on("close", second)

    server.listen(0, "127.0.0.1", start)


run(main)
