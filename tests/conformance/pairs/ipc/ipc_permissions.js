// readableAll and writableAll open the path to all users; by default the umask rules.
// why: A service for all users needs the mode set by listen() itself; a chmod afterwards leaves a gap, and the umask hides the path.
// rows: 1.5 4.listen.options.readableAll 4.listen.options.writableAll
'use strict';
const fs = require('node:fs');
const { log, net } = require('../../tracing');

process.umask(0o077);
const ways = [
  ['default', { path: 's.sock' }],
  ['readableAll', { path: 's.sock', readableAll: true }],
  ['writableAll', { path: 's.sock', writableAll: true }],
  ['both', { path: 's.sock', readableAll: true, writableAll: true }],
  ['neither', { path: 's.sock', readableAll: false, writableAll: false }],
];

function next() {
  if (ways.length === 0) return;
  const [label, options] = ways.shift();
  const server = net.createServer();
  server.on('close', next);
  server.listen(options, () => {
    log(label, (fs.statSync('s.sock').mode & 0o777).toString(8), server.address());
    server.close();
  });
}

next();
