// Over maxConnections a Unix server emits drop without data.
// why: A Unix peer has no address to report, so drop comes without data and listeners must not expect any.
// rows: 4.event.drop 4.maxConnections 8.10 1.1
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer();
server.maxConnections = 1;
server.on('connection', (socket) => {
  log('connection');
  socket.on('close', (failed) => log('server socket close', failed));
  socket.resume();
});
server.on('drop', (...values) => {
  log('drop', values.length, ...values);
});
server.on('close', () => log('server close'));
server.listen('s.sock', () => {
  const one = net.connect('s.sock', () => {
    const lines = [];
    const two = net.connect('s.sock');
    two.on('connect', () => lines.push(['two connect']));
    two.on('data', (data) => lines.push(['two data', data]));
    two.on('end', () => lines.push(['two end']));
    two.on('error', (error) => lines.push(['two error', error.code]));
    two.on('close', (failed) => {
      lines.push(['two close', failed]);
      for (const line of lines) log(...line);
      server.close();
      one.end();
    });
    two.resume();
  });
  one.resume();
  one.on('close', (failed) => setImmediate(() => log('one closed', failed)));
});
