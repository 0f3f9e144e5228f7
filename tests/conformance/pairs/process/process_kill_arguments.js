// What process.kill takes for a process and for a signal, and what it says of anything else.
// why: kill(pid, 0) is how a program asks whether another one lives.
// rows: 9.process.kill
const { attempt, log } = require('../../tracing');
process.on('SIGTERM', () => log('term'));
const { pid } = process;
const shorter = (f) => () => { try { return f(); } catch (e) { e.message = e.message.replaceAll(String(pid), 'PID'); throw e; } };
for (const signal of ['SIGFOO', 'foo', 0, 999, '0', 'sigterm', -1, 1.5])
  attempt('signal ' + signal, shorter(() => process.kill(pid, signal)));
for (const given of ['x', undefined, NaN, 1.5, {}, 2 ** 22 + 5])
  attempt('of ' + given, shorter(() => process.kill(given, 0)));
attempt('text', () => process.kill(String(pid), 0));
attempt('default', () => process.kill(pid));
attempt('null', () => process.kill(pid, null));
setTimeout(() => {}, 20);
