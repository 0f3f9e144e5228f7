// A line server: an interface over each connection, which answers by the socket.
// why: The commonest server of all, with readline as its parser.
// rows: s.readline.createInterface s.readline.line 4.event.connection
'use strict';
const readline = require('node:readline');
const { log, net } = require('../../tracing');

const server = net.createServer((peer) => {
  const lines = readline.createInterface({ input: peer });
  lines.on('line', (line) => {
    log('server line', line);
    peer.write(line.toUpperCase() + '\n');
    if (line === 'quit') peer.end();
  });
});
server.listen('s.sock', async () => {
  const client = net.connect('s.sock');
  const lines = readline.createInterface({ input: client });
  client.write('hello\nwor');
  setTimeout(() => client.write('ld\r\nquit\n'), 30);
  const got = [];
  for await (const line of lines) got.push(line);
  log('client got', got);
  server.close();
});
