// TLS over a socket that was ended, destroyed, or not connected yet, by us or by the peer.
// why: Between STARTTLS and the handshake a connection may end; a client must hear of it, and not wait for ever.
// rows: l.starttls l.errors l.client.lost
'use strict';
const { log, net } = require('../../tracing');
const { ca, identity, listen, tls } = require('../../identities');

// What is done to the raw socket, before and after it is secured.
const cases = {
  'ended': { connected: (raw, then) => { raw.end(); then(); } },
  'ended and sent': { connected: (raw, then) => raw.end(then) },
  'ended afterwards': { connected: (raw, then) => { then(); raw.end(); } },
  'ended while connecting': { begun: (raw) => raw.end() },
  'destroyed': { connected: (raw, then) => { raw.destroy(); then(); } },
  'reset': { connected: (raw, then) => { raw.resetAndDestroy(); then(); } },
  'destroyed soon': { connected: (raw, then) => { raw.destroySoon(); then(); } },
  'destroyed while connecting': { begun: (raw) => raw.destroy() },
  'destroyed while connecting, afterwards': { begun: () => {}, after: (raw) => raw.destroy() },
  'ended by the peer': { to: 'ends', connected: (raw, then) => raw.resume().on('end', then) },
  'answered and ended by the peer': { to: 'speaks', connected: (raw, then) => setTimeout(then, 50) },
  'not connected yet': { fresh: true },
};
const ways = {
  connect: (raw) => tls.connect({ socket: raw, ca, servername: 'localhost' }),
  TLSSocket: (raw) => new tls.TLSSocket(raw, { ca, servername: 'localhost' }),
};

function run(ports, label, way, next) {
  const { to, begun, connected, after, fresh } = cases[label];
  const raw = fresh ? new net.Socket() : net.connect(ports[to || 'secures'], '127.0.0.1');
  const secure = () => {
    const socket = ways[way](raw);
    const seen = [];
    for (const name of ['connect', 'secureConnect', 'secure', 'end']) socket.on(name, () => seen.push(name));
    socket.on('error', (error) => seen.push(`error ${error.code} ${error.reason || error.message}`));
    socket.on('secure', () => socket.resume().end());
    socket.on('close', (hadError) => {
      log(`${way}, ${label}:`, seen, hadError, socket.authorized, raw.destroyed);
      setTimeout(next, 20);
    });
    if (after) after(raw);
  };
  if (fresh) {
    secure();
    raw.connect(ports.secures, '127.0.0.1');
  } else if (connected) {
    raw.on('connect', () => connected(raw, secure));
  } else {
    begun(raw);
    secure();
  }
}

const quiet = (listener) => (c) => { c.on('error', () => {}); listener(c); };
const servers = {
  secures: tls.createServer(identity('server'), quiet((c) => c.end('hello'))).on('tlsClientError', () => {}),
  ends: net.createServer(quiet((c) => c.end())),
  speaks: net.createServer(quiet((c) => c.end('no TLS here'))),
};
const ports = {};
// Node's TLSSocket over a socket that is not connected never begins.
const steps = Object.keys(ways).flatMap((way) => Object.keys(cases).map((label) => [label, way])).slice(0, -1);
const next = () => {
  if (!steps.length) return Object.values(servers).forEach((server) => server.close());
  run(ports, ...steps.shift(), next);
};
for (const [name, server] of Object.entries(servers)) listen(server, (port) => {
  ports[name] = port;
  if (Object.keys(ports).length === 3) next();
});
