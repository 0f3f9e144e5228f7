// The options and arguments of a server with values of every type: what is refused, and what it is taken for.
// why: A port that passes on what its configuration holds must be refused, or served, where Node does so.
// rows: 4.option.keepAlive 4.option.noDelay 4.option.pauseOnConnect 4.option.keepAliveInitialDelay
const { attempt, net } = require('../../tracing');

const values = {
  false: false, true: true, zero: 0, one: 1, half: 1.5, negative: -1, NaN: NaN, huge: 1e21, empty: '', text: 'x',
  digits: '80', list: [], object: {}, function: function listener() {}, bytes: Buffer.from('hi'),
};
for (const [name, value] of Object.entries(values)) {
  for (const option of ['allowHalfOpen', 'keepAlive', 'keepAliveInitialDelay', 'noDelay', 'pauseOnConnect', 'blockList']) {
    attempt(`${option} ${name}`, () => {
      const server = net.createServer({ [option]: value });
      return [Boolean(server.allowHalfOpen), server.keepAlive, server.keepAliveInitialDelay, server.noDelay, server.pauseOnConnect];
    });
  }
  attempt(`alone ${name}`, () => net.createServer(value).listenerCount('connection'));
  attempt(`listener ${name}`, () => net.createServer({}, value).listenerCount('connection'));
  attempt(`close ${name}`, () => net.createServer().close(value).listening);
  attempt(`getConnections ${name}`, () => net.createServer().getConnections(value).listening);
}
