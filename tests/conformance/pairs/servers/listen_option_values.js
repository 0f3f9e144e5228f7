// The options of listen() with values of every type: refused at the call, an error event, or listening.
// why: `exclusive: []` or `signal: ''` from a configuration must end where they end on Node.
// rows: 4.listen.options.exclusive 4.listen.options.signal 4.listen.options.backlog 4.listen.options.ipv6Only
const { attempt, log, net } = require('../../tracing');

const values = {
  false: false, true: true, zero: 0, one: 1, half: 1.5, negative: -1, NaN: NaN, huge: 1e21, empty: '', list: [], object: {},
};
const left = [];
for (const [name, value] of Object.entries(values))
  for (const option of ['backlog', 'exclusive', 'ipv6Only', 'readableAll', 'signal', 'host', 'path', 'port'])
    if (!(option === 'port' && name === 'one')) left.push([name, option, value]);
function next() {
  const one = left.shift();
  if (one === undefined) return;
  const [name, option, value] = one;
  const server = net.createServer();
  server.on('error', (error) => { log(`${option} ${name} error`, error.code); setImmediate(next); });
  server.on('close', () => setImmediate(next));
  const place = option === 'readableAll' ? { path: 'p.sock' } : option === 'path' ? {} : { port: 0 };
  attempt(`${option} ${name}`, () => server.listen({ ...place, [option]: value }, () => {
    log(`${option} ${name} listening`);
    server.close();
  }).listening);
  if (!server.listening && server.listenerCount('listening') === 0) setImmediate(next);
}
next();
