// A handler of the program's own for what async listeners raise: on one server, one socket, and a class.
// why: Frameworks put theirs in the place of the emitter's; it must get the error, the event and its arguments.
// rows: 4.event.connection 5.event.data
const events = require('node:events');
const { log, net } = require('../../tracing');

events.captureRejections = true;
class Own extends events.EventEmitter {
  [events.captureRejectionSymbol](error, name, ...values) {
    log('class', error, name, values);
  }
}
const emitter = new Own();
emitter.on('own', async () => { throw new Error('of a class'); });
emitter.emit('own', 1, 'two');
const server = net.createServer(async (c) => { throw new Error('of the connection'); });
server[events.captureRejectionSymbol] = (error, name, socket) => {
  log('server', error, name, socket, socket.destroyed);
  socket.end('sorry');
  server.close();
};
server.listen(0, '127.0.0.1', () => {
  const socket = net.connect(server.address().port, '127.0.0.1');
  socket[events.captureRejectionSymbol] = (error, name, ...values) => log('socket', error, name, values);
  socket.on('data', async (data) => { throw new Error('of data'); });
  socket.on('close', (hadError) => log('close', hadError));
});
