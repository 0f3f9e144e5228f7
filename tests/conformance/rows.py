"""The rows of the specification of `net`, by the ids that pairs name: `section.thing`.

Those of `b` are its `BoundSocket`, those of `c` the members of Node's `cluster`, `process` and
`child_process` that go with it, those of `s` what its `stream` and `readline` have, those of `t`
its `worker_threads`, those of `l` what `tls` adds to `net`, those of `9` what its `process` and
other modules have for a program that uses `net`.
"""

from __future__ import annotations

#: The places of a row without a name are its ordinal numbers in the section.
NUMBERED = {"1": 5, "8": 10}

NAMED = {
    "2": """
        addAddress addRange addSubnet check rules isBlockList toJSON fromJSON use.server use.connect
        addCIDR addCIDRs addAddresses removeAddress removeRange removeSubnet removeCIDR clear size
        PRIVATE_RANGES
    """,
    "3": "constructor parse errors",
    "4.option": """
        allowHalfOpen highWaterMark keepAlive keepAliveInitialDelay noDelay pauseOnConnect blockList
    """,
    "4.event": "listening connection drop error close",
    "4": """
        address close asyncDispose getConnections listening maxConnections dropMaxConnection
        connections ref unref signal exclusive listen.overloads listen.handle
    """,
    "4.listen.options": """
        backlog exclusive host ipv6Only reusePort path port readableAll signal writableAll fd
    """,
    "5.option": """
        allowHalfOpen fd onread readable writable signal highWaterMark blockList typeOfService
        encoding defaultEncoding
    """,
    "5.event": """
        lookup connectionAttempt connectionAttemptFailed connectionAttemptTimeout connect ready
        data drain end timeout error close
    """,
    "5": """
        address autoSelectFamilyAttemptedAddresses bufferSize bytesRead bytesWritten connect
        connecting pending destroyed readyState destroy destroySoon resetAndDestroy end
        localAddress localPort localFamily remoteAddress remotePort remoteFamily
        pause resume setEncoding setKeepAlive setNoDelay setTimeout timeout
        setTypeOfService getTypeOfService ref unref write
    """,
    "5.stream": """
        pipe unpipe read isPaused cork uncork finish asyncIteration unshift closed errored
        readable readableEnded readableLength readableHighWaterMark readableFlowing
        writable writableEnded writableFinished writableLength writableHighWaterMark
        writableNeedDrain
    """,
    "6": "factory tcp ipc autoselect reconnect",
    "6.option": """
        port host localAddress localPort family hints lookup noDelay keepAlive
        keepAliveInitialDelay autoSelectFamily autoSelectFamilyAttemptTimeout blockList path timeout
        typeOfService
    """,
    "7": """
        connect createConnection createServer getDefaultAutoSelectFamily setDefaultAutoSelectFamily
        getDefaultAutoSelectFamilyAttemptTimeout setDefaultAutoSelectFamilyAttemptTimeout
        isIP isIPv4 isIPv6 Stream
    """,
    "b": """
        constructor path errors address fd isPipe close dispose adopted listen connect Socket send
    """,
    "c": """
        isPrimary fork worker workers disconnect setupPrimary settings schedulingPolicy SCHED_RR
        SCHED_NONE child_process.fork
    """,
    "c.event": "setup fork online listening message disconnect exit",
    "c.Worker": "send kill disconnect isConnected isDead exitedAfterDisconnect",
    "c.Worker.event": "listening message error disconnect exit",
    "c.process": "send disconnect connected env exit",
    "c.process.event": "message disconnect",
    "c.handle": "server socket keepOpen",
    "t": "isMainThread parentPort threadId workerData receiveMessageOnPort clone shared",
    "t.Worker": "constructor postMessage terminate ref unref",
    "t.Worker.event": "online message error exit",
    "t.port": "postMessage start close ref unref hasRef",
    "t.port.event": "message close",
    "t.transfer": "socket server bound port errors",
    "l": """
        connect server echo write end destroy errors verify identity alpn client.lost
        client.certificate version starttls sni certificate context arguments
    """,
    "9.process": "kill exit exitCode nextTick stdin stdout stderr",
    "9.process.event": """
        signal beforeExit exit uncaughtException uncaughtExceptionMonitor unhandledRejection
    """,
    "9.events": """
        once on addAbortListener getEventListeners getMaxListeners setMaxListeners listenerCount
    """,
    "9.dns": "lookup promises",
    "9.util": "promisify",
    "s": """
        Readable Writable Duplex Transform PassThrough Readable.from objectMode construct destroy
        pipeline finished promises addAbortSignal isReadable isWritable isErrored isDisturbed
        isDestroyed getDefaultHighWaterMark setDefaultHighWaterMark
    """,
    "s.readline": "createInterface line close pause error prompt question asyncIteration",
}

ROWS = frozenset(
    [f"{section}.{place}" for section, last in NUMBERED.items() for place in range(1, last + 1)]
    + [f"{section}.{name}" for section, names in NAMED.items() for name in names.split()]
)
