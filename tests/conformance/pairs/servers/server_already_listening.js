// A second listen() throws ERR_SERVER_ALREADY_LISTEN, whatever its arguments, and changes nothing.
// why: A second bind would replace the handle and leak the first one, which goes on accepting.
// rows: 4.event.listening
'use strict';
const { attempt, log, net } = require('../../tracing');

const server = net.createServer();
server.on('listening', () => log('listening'));
server.listen(0, '127.0.0.1', () => {
  const before = server.address().port;
  attempt('in the callback', () => server.listen(0));
  attempt('a path', () => server.listen('other.sock'));
  attempt('nothing', () => server.listen());
  attempt('options', () => server.listen({ port: before }, () => log('never')));
  log('still', server.listening, server.address().port === before);
  server.close(() => {
    log('closed');
    attempt('after close', () => server.listen(0).listening);
    attempt('at once again', () => server.listen(0));
    server.close();
  });
});
