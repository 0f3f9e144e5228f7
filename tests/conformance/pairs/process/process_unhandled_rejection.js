// What an async function raises: first to unhandledRejection, and to uncaughtException where nobody listens to that.
// why: A failed background job is logged at one place.
// rows: 9.process.event.unhandledRejection 9.process.event.uncaughtException
const { log, net } = require('../../tracing');
process.removeAllListeners('uncaughtException');
process.on('uncaughtException', (error, origin) => log('uncaught', error, origin));
process.on('uncaughtExceptionMonitor', (error, origin) => log('monitor', error, origin));
process.on('exit', (code) => log('exit', code));
const fail = async (text) => { throw new Error(text); };
const socket = new net.Socket();
socket.on('ready', () => fail('listener'));
setTimeout(() => { setTimeout(later, 20); socket.emit('ready'); }, 5);
const later = () => {
  process.on('unhandledRejection', (error) => log('rejection', error));
  setTimeout(() => log('still there'), 20);
  socket.emit('ready');
};
