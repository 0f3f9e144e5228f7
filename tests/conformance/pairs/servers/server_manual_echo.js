// The echo server of the manual, line by line, over TCP and over a Unix socket.
// why: The first program that a reader of the manual types in; it must run as it stands.
// rows: 4.event.connection 5.stream.pipe 4.event.listening 4.close 1.1
'use strict';
const { log, net } = require('../../tracing');

function exchange(place, done) {
  const lines = [];
  const server = net.createServer((c) => {
    log('client connected');
    c.on('end', () => log('client disconnected'));
    c.write('hello\r\n');
    c.pipe(c);
  });
  server.on('error', (error) => {
    throw error;
  });
  server.listen(place, () => {
    log('server bound');
    const client = net.createConnection(place.path ? place : { port: server.address().port, host: place.host }, () => {
      lines.push('connected to server!');
    });
    client.once('data', (data) => {
      lines.push(data.toString('latin1'));
      client.write('world!\r\n');
      client.once('data', (more) => {
        lines.push(more.toString('latin1'));
        client.end();
      });
    });
    client.on('end', () => lines.push('disconnected from server'));
    client.on('close', () => server.close(() => {
      log('client', lines);
      done();
    }));
  });
}

exchange({ port: 0, host: '127.0.0.1' }, () => exchange({ path: 'echo.sock' }, () => log('done')));
