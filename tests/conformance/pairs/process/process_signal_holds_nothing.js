// A listener to a signal does not keep the program running, nor does a signal that is on its way.
// why: A server that was closed would never end.
// rows: 9.process.event.signal 9.process.event.exit
const { log, net } = require('../../tracing');
process.on('SIGTERM', () => log('never'));
process.on('exit', (code) => log('exit', code));
log('listeners', process.listenerCount('SIGTERM'));
log('kill', process.kill(process.pid, 'SIGTERM'));
