// events.on: every event as a list, none lost while the loop is busy, ended by a closing event or by leaving.
// why: A loop that awaits between events must not lose those that come meanwhile, and leaving it must remove its listeners.
// rows: 5.event.data 4.event.connection 5.event.close
const { on, once } = require('node:events');
const { log, net } = require('../../tracing');

async function main() {
  const server = net.createServer((c) => c.pipe(c));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = net.connect(server.address().port, '127.0.0.1');
  await once(client, 'connect');
  client.setEncoding('utf8');
  let round = 0;
  client.write('0');
  for await (const values of on(client, 'data')) {
    log('data', values);
    round += 1;
    if (round === 4) break;
    client.write(String(round));
  }
  log('left', client.listenerCount('data'), client.listenerCount('error'));
  setImmediate(() => {
    client.emit('timeout', 'a');
    client.emit('timeout', 'b', 2);
    client.emit('stop');
    client.emit('timeout', 'too late');
  });
  for await (const values of on(client, 'timeout', { close: ['stop'] })) {
    log('timeout', values);
  }
  log('stopped', client.listenerCount('timeout'), client.listenerCount('stop'));
  setImmediate(() => {
    client.emit('drain', 1);
    client.destroy(new Error('no more of this'));
  });
  try {
    for await (const values of on(client, 'drain')) log('drain', values);
  } catch (error) {
    log('failed', error, client.destroyed);
  }
  server.close();
}

main();
