// events.once: the arguments of the next event as a list; an error event makes it fail, unless error is awaited.
// why: A waiter for one event must be released by an error event too, or it waits for ever.
// rows: 4.event.listening 4.event.connection 5.event.data 5.event.end 5.event.error
const { once } = require('node:events');
const { log, net } = require('../../tracing');

async function main() {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  log('listening', await once(server, 'listening'));
  const client = net.connect(server.address().port, '127.0.0.1');
  const [side] = await once(server, 'connection');
  log('connection', side, server.listenerCount('connection'), server.listenerCount('error'));
  side.write('hello');
  log('data', await once(client, 'data'));
  const closing = once(side, 'close');
  side.end();
  log('end', await once(client, 'end'));
  log('close', await closing);
  const lost = net.connect('missing.sock');
  try {
    log('never', await once(lost, 'connect'));
  } catch (error) {
    log('failed', error, lost.listenerCount('connect'), lost.listenerCount('error'));
  }
  const another = net.connect('missing.sock');
  const itsClose = once(another, 'close');
  log('the error itself', await once(another, 'error'));
  try {
    log('never', await itsClose);
  } catch (error) {
    log('waiting for the close failed too', error.code, another.listenerCount('close'));
  }
  server.close();
  log('closed', await once(server, 'close'));
}

main();
