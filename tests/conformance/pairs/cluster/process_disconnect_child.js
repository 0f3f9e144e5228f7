// A child disconnects itself, and has no channel then.
// why: After disconnect() connected is false at once, and a second one is an error event that a forgotten handler makes fatal.
// rows: c.process.disconnect c.process.event.disconnect c.process.connected
'use strict';
const { attempt, child_process, log, process, watch } = require('../../tracing');

if (process.env.CHILD === undefined) {
  const child = child_process.fork(process.argv[1], { env: { ...process.env, CHILD: 'yes' } });
  watch(child, 'child', 'message', 'disconnect', 'error');
  child.on('exit', (code) => {
    log('exit', code);
    child.disconnect();
    process.nextTick(() => log('tick'));
  });
} else {
  const codes = [];
  process.on('message', () => {});
  process.on('disconnect', () => {
    codes.push('disconnect', process.connected);
    process.exit(codes.join() === 'false,ERR_IPC_DISCONNECTED,disconnect,false' ? 5 : 6);
  });
  process.send('hello', () => {
    codes.length = 0;
    process.disconnect();
    codes.push(process.connected);
    process.on('error', (error) => codes.push(error.code));
    process.disconnect();
    process.send('x', (error) => codes.push(error.code));
  });
}
