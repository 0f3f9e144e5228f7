// What JavaScript takes for false, as each option that is only looked at where it is true.
// why: `blockList: enabled && list` is how programs leave an option out; refusing False or '' ends them at the first socket.
// rows: 5.option.blockList 5.option.signal 5.option.allowHalfOpen 4.option.blockList 4.option.allowHalfOpen
const { attempt, net } = require('../../tracing');

const values = { false: false, 0: 0, empty: '', NaN: NaN, list: [], object: {}, one: 1, text: 'x' };
for (const [name, value] of Object.entries(values)) {
  for (const option of ['allowHalfOpen', 'blockList', 'captureRejections', 'keepAlive', 'noDelay', 'objectMode', 'signal']) {
    attempt(`Socket ${option} ${name}`, () => new net.Socket({ [option]: value }).allowHalfOpen);
  }
  for (const option of ['blockList', 'keepAlive', 'noDelay', 'pauseOnConnect']) {
    attempt(`Server ${option} ${name}`, () => {
      const server = net.createServer({ [option]: value });
      return [server.keepAlive, server.noDelay, server.pauseOnConnect];
    });
  }
}
