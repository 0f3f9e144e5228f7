// Signals that cannot be caught are refused; what is no signal is an event like any other.
// why: A program that believes to catch SIGKILL relies on what never comes.
// rows: 9.process.event.signal
const { attempt, log } = require('../../tracing');
for (const name of ['SIGKILL', 'SIGSTOP', 'SIGFOO', 'sigterm', 'SIGUSR2', 'SIGPIPE', 'SIGWINCH']) {
  attempt('on ' + name, () => process.on(name, () => log('called')) === process);
  attempt('once ' + name, () => process.once(name, () => log('called')) === process);
  log('count', process.listenerCount(name));
}
log('emit', process.emit('SIGFOO'));
process.removeAllListeners('SIGUSR2');
log('count', process.listenerCount('SIGUSR2'));
