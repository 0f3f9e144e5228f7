// What cannot be copied is a DataCloneError at the call, and nothing is sent.
// why: A live object that arrived in another thread would be used by two threads at once.
// rows: t.clone t.port.postMessage t.transfer.errors
'use strict';
const { MessageChannel } = require('node:worker_threads');
const { log, net } = require('../../tracing');

const { port1, port2 } = new MessageChannel();
const other = new MessageChannel();
function post(label, ...args) {
  try {
    log(label, port1.postMessage(...args));
  } catch (error) {
    log(label + ' threw', error.name, error.code, /clone/.test(error.message) ? 'clone' : error.message);
  }
}
post('function', () => {});
post('function inside', { list: [() => {}] });
post('socket', new net.Socket());
post('server', { server: net.createServer() });
post('port', other.port1);
post('list of numbers', 1, [1]);
post('list that is none', 1, 5);
post('itself', 1, [port1]);
post('twice', 1, [other.port1, other.port1]);
post('unconnected', 1, [new net.Socket()]);
post('not listening', 1, [net.createServer()]);
post('block list', 1, [new net.BlockList()]);
post('fine', { number: 1.5, text: 'ä', yes: true, bytes: Buffer.from('x').toString(), nested: [[], {}] }, []);
port2.on('message', (message) => {
  log('message', message);
  port2.close();
});
