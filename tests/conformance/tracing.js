'use strict';
// What the JavaScript half of a pair uses: log() prints a line of the trace in the canonical form.
const child_process = require('node:child_process');
const cluster = require('node:cluster');
const net = require('node:net');

function shown(value) {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'function';
  if (Buffer.isBuffer(value)) return 'bytes ' + JSON.stringify(value.toString('latin1'));
  if (Array.isArray(value)) return '[' + value.map(shown).join(', ') + ']';
  if (value instanceof AggregateError)
    return `AggregateError(${shown(value.code)} ${shown(value.errors)})`;
  if (value instanceof Error) {
    const more = ['syscall', 'address', 'port', 'hostname'];
    const parts = more.filter((key) => value[key] !== undefined).map((key) => ` ${key}=${shown(value[key])}`);
    return `Error(${shown(value.code)} ${shown(value.message)}${parts.join('')})`;
  }
  if (value instanceof net.Server) return 'Server';
  if (value instanceof net.Socket) return 'Socket';
  if (value instanceof net.BlockList) return 'BlockList';
  if (value instanceof cluster.Worker) return `Worker ${value.id}`;
  if (value instanceof net.SocketAddress)
    return `SocketAddress(${shown(value.address)} ${shown(value.family)} ${value.port} ${value.flowlabel})`;
  if (typeof value === 'object') {
    const keys = Object.keys(value).filter((key) => value[key] !== undefined).sort();
    return '{' + keys.map((key) => `${key}: ${shown(value[key])}`).join(', ') + '}';
  }
  return String(value);
}

function log(label, ...values) {
  process.stdout.write([label, ...values.map(shown)].join(' ') + '\n');
}

// What throws inside fn, as a line of the trace.
function attempt(label, fn) {
  try {
    log(label, fn());
  } catch (error) {
    log(label + ' threw', error);
  }
}

// Logs each of the events as it happens.
function watch(emitter, label, ...names) {
  for (const name of names) emitter.on(name, (...values) => log(`${label} ${name}`, ...values));
}

// The rules of a block list, its addresses sorted: Node keeps those in the order of a hash table.
function byText(rules) {
  const first = rules.findIndex((rule) => !rule.startsWith('Address:'));
  const count = first < 0 ? rules.length : first;
  return [...rules.slice(0, count).sort(), ...rules.slice(count)];
}

process.on('uncaughtException', (error) => {
  log('uncaught', error);
  process.exit(1);
});

module.exports = { attempt, byText, child_process, cluster, log, net, process, shown, watch };
