// The arguments of a socket's setters with values of every type.
// why: setTimeout('100') from an environment variable throws on Node, setKeepAlive('yes') does not; both at the call.
// rows: 5.setTimeout 5.setKeepAlive 5.setNoDelay 5.timeout
const { attempt, net } = require('../../tracing');

const values = {
  false: false, true: true, zero: 0, one: 1, half: 1.5, negative: -1, NaN: NaN, infinite: Infinity, empty: '', digits: '80',
  list: [], object: {}, bytes: Buffer.from('hi'),
};
for (const [name, value] of Object.entries(values)) {
  const socket = new net.Socket();
  attempt(`timeout ${name}`, () => socket.setTimeout(value).timeout);
  attempt(`callback of 0 ${name}`, () => new net.Socket().setTimeout(0, value).timeout);
  attempt(`callback of 9 ${name}`, () => new net.Socket().setTimeout(9, value).destroy().listenerCount('timeout'));
  attempt(`keepAlive ${name}`, () => socket.setKeepAlive(value) === socket);
  attempt(`delay ${name}`, () => socket.setKeepAlive(true, value) === socket);
  attempt(`noDelay ${name}`, () => socket.setNoDelay(value) === socket);
  attempt(`autoSelectFamily ${name}`, () => net.setDefaultAutoSelectFamily(value));
  attempt(`attempt timeout ${name}`, () => net.setDefaultAutoSelectFamilyAttemptTimeout(value));
  socket.destroy();
}
