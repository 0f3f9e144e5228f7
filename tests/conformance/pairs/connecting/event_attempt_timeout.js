// With autoselection an attempt that hangs times out and the next address is tried.
// why: A server that never accepts shows as a hanging attempt; without the timeout event a program cannot log which address hung.
// rows: 5.event.connectionAttemptTimeout 5.event.connectionAttempt 5.autoSelectFamilyAttemptedAddresses 6.autoselect
'use strict';
const { log, net, watch } = require('../../tracing');
const { spawn } = require('node:child_process');
const { writeSync } = require('node:fs');

function deaf() {
  const server = net.createServer();
  function block() {
    writeSync(1, server.address().port + '\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5000);
  }
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, block);
}
function parent() {
  const worker = spawn(process.execPath, [__filename, 'deaf'], { stdio: ['ignore', 'pipe', 'inherit'] });
  function fill(line) {
    const port = Number(line.toString());
    const fillers = [net.connect(port, '127.0.0.1'), net.connect(port, '127.0.0.1')];
    function attack() {
      const extra = net.connect(port, '127.0.0.1');
      setTimeout(() => race(port, [...fillers, extra], worker), 60);
    }
    fillers[1].on('connect', attack);
  }
  worker.stdout.on('data', fill);
}
function race(port, fillers, worker) {
  const server = net.createServer((peer) => peer.end('from the second'));
  function lookup(host, options, callback) {
    setImmediate(() => callback(null, [{ address: '127.0.0.1', family: 4 }, { address: '127.0.0.2', family: 4 }]));
  }
  function start() {
    const options = { port: port, host: 'two.test', lookup: lookup, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 50 };
    const socket = net.connect(options);
    watch(socket, 'socket', 'lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connectionAttemptTimeout', 'connect', 'ready', 'data', 'error', 'close');
    function onClose(hadError) {
      log('attempted', socket.autoSelectFamilyAttemptedAddresses);
      for (const filler of fillers) {
        filler.destroy();
      }
      worker.kill();
      server.close();
    }
    socket.on('close', onClose);
  }
  server.listen(port, '127.0.0.2', start);
}
function main() {
  if (process.argv[2] === 'deaf') {
    deaf();
  } else {
    parent();
  }
}

main();
