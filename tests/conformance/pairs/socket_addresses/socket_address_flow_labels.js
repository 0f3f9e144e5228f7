// Flow labels of more than 20 bits, each in a process of its own.
// why: A label that does not fit 20 bits would spill into the traffic class; Node aborts the whole process.
// rows: 3.constructor 3.errors
// differs: A flow label has 20 bits (RFC 6437) and a larger one is out of range; Node aborts the process.
'use strict';
const { spawnSync } = require('node:child_process');
const { attempt, net } = require('../../tracing');

function label(flowlabel) {
  const program = `require('net'); new net.SocketAddress({ family: 'ipv6', flowlabel: ${flowlabel} })`;
  const { signal, status } = spawnSync(process.execPath, ['-e', program], { stdio: 'ignore' });
  if (signal) return signal;
  return status === 0 ? new net.SocketAddress({ family: 'ipv6', flowlabel }) : 'an error';
}

for (const flowlabel of [0, 7, 1048575, 1048576, 4294967295]) attempt(`label ${flowlabel}`, () => label(flowlabel));
attempt('of ipv4', () => new net.SocketAddress({ flowlabel: 1048576 }));
