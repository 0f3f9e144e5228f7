// events.once with a signal: aborted while waiting and before; the listeners are gone afterwards.
// why: A wait that is given up must leave no listener behind; a server that waits in a loop would collect them.
// rows: 4.event.connection 4.listen.options.signal
const { once } = require('node:events');
const { log, net } = require('../../tracing');

async function main() {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const controller = new AbortController();
  setTimeout(() => controller.abort('no patience'), 10);
  try {
    log('never', await once(server, 'connection', { signal: controller.signal }));
  } catch (error) {
    log('aborted', error.name, error.code, error.message, error.cause);
  }
  log('listeners', server.listenerCount('connection'), server.listenerCount('error'));
  try {
    log('never', await once(server, 'connection', { signal: controller.signal }));
  } catch (error) {
    log('aborted before', error.name, error.code, error.message, error.cause);
  }
  setTimeout(() => controller.abort('ignored'), 1);
  const patient = new AbortController();
  server.close();
  log('close', await once(server, 'close', { signal: patient.signal }));
  patient.abort();
  log('aborted', patient.signal.aborted, controller.signal.reason);
}

main();
