// More listeners of one name than the limit: one warning for that name, and all are called.
// why: The warning is how leaks of listeners are found; it comes once per name and never keeps a listener from being called.
// rows: 5.event.data 5.event.timeout
const { log, net } = require('../../tracing');

const warnings = [];
process.removeAllListeners('warning');
process.on('warning', (warning) => warnings.push([warning.name, warning.message]));
const socket = new net.Socket();
log('limit', socket.getMaxListeners());
let calls = 0;
const called = () => (calls += 1);
for (let number = 0; number < 13; number += 1) socket.on('timeout', called);
socket.setMaxListeners(2);
for (let number = 0; number < 4; number += 1) socket.once('lookup', called);
socket.setMaxListeners(0);
for (let number = 0; number < 30; number += 1) socket.on('drain', called);
for (const name of ['timeout', 'lookup', 'lookup', 'drain']) log('emit', name, socket.emit(name), calls);
setImmediate(() => {
  for (const [name, message] of warnings) log('warning', name, message);
});
