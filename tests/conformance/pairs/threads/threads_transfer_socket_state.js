// A connection moves only as long as nothing was read from it, written to it or ended.
// why: Bytes that one thread has read would be missing in the other; so Node refuses, and the source stays.
// rows: t.transfer.socket t.transfer.errors
'use strict';
const { MessageChannel } = require('node:worker_threads');
const { log, net } = require('../../tracing');

const { port1, port2 } = new MessageChannel();
const accepted = [];
const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => {});
  accepted.push(socket);
});
const event = (emitter, name) => new Promise((resolve) => emitter.once(name, resolve));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
async function row(label, prepare) {
  const client = net.connect(server.address().port, '127.0.0.1');
  client.on('error', () => {});
  await event(client, 'connect');
  while (!accepted.length) await pause(1);
  const socket = accepted.pop();
  await prepare(socket, client);
  await pause(20);
  try {
    port1.postMessage(socket, [socket]);
    log(label, 'moved', socket.destroyed);
  } catch (error) {
    log(label, error.code, socket.destroyed);
  }
  client.destroy();
  socket.destroy();
}
port2.on('message', (socket) => socket.destroy());
server.listen(0, '127.0.0.1', async () => {
  await row('untouched', () => {});
  await row('flowing', (socket) => socket.resume());
  await row('flowing and read', (socket, client) => { socket.resume(); client.write('x'); });
  await row('not read', (socket, client) => client.write('x'));
  await row('paused', (socket, client) => { socket.pause(); client.write('x'); });
  await row('written', (socket) => socket.write('x'));
  await row('corked', (socket) => { socket.cork(); socket.write('x'); });
  await row('ended', (socket) => socket.end());
  await row('peer ended', (socket, client) => { socket.resume(); client.end(); });
  await row('destroyed', (socket) => socket.destroy());
  await row('encoding', (socket) => socket.setEncoding('utf8'));
  await row('options', (socket) => { socket.setTimeout(1000); socket.setNoDelay(true); socket.setKeepAlive(true); });
  const connecting = net.connect(server.address().port, '127.0.0.1');
  connecting.on('error', () => {});
  try { port1.postMessage(1, [connecting]); } catch (error) { log('connecting', error.code); }
  connecting.destroy();
  server.close();
  port2.close();
});
