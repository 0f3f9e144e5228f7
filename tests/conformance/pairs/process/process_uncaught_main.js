// What the program itself throws while it begins is uncaught as well, and what it has begun goes on.
// why: A listener that is added first is to see every failure.
// rows: 9.process.event.uncaughtException
const { log } = require('../../tracing');
process.removeAllListeners('uncaughtException');
process.on('uncaughtException', (error, origin) => log('uncaught', error, origin));
process.on('exit', (code) => log('exit', code));
setTimeout(() => log('timer'), 5);
throw new Error('main');
