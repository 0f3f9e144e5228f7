// hints, family, timeout, host and what stands in the place of the options, of unusual types.
// why: A port of a wrong value must fail with the same words at the call, or be ignored as on Node, never be a bare TypeError later.
// rows: 6.option.hints 6.option.family 6.option.host
const { attempt, net } = require('../../tracing');

const values = {
  false: false, true: true, NaN: NaN, infinite: Infinity, negative: -1, half: 1.5, wraps: 2 ** 32, huge: 1e21,
  empty: '', digits: '4', list: [], object: {}, bytes: Buffer.from('hi'),
};
for (const [name, value] of Object.entries(values)) {
  for (const option of ['hints', 'family', 'timeout', 'host', 'localAddress', 'autoSelectFamilyAttemptTimeout']) {
    attempt(`${option} ${name}`, () => {
      const socket = net.connect({ port: 1, host: 'some.invalid', [option]: value });
      socket.destroy();
      return socket.timeout;
    });
  }
  attempt(`alone ${name}`, () => {
    const socket = new net.Socket();
    socket.on('error', () => {});
    return typeof value === 'number' || value === true || socket.connect(value).destroy().destroyed;
  });
}
