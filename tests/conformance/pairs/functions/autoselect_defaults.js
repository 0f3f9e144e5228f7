// The default of autoselection: on at first, a boolean and nothing else; it holds for the next connect().
// why: One call at start switches autoselection for libraries that the program cannot configure; it must count from the next connect().
// rows: 7.getDefaultAutoSelectFamily 7.setDefaultAutoSelectFamily
const { attempt, log, net } = require('../../tracing');

log('by default', net.getDefaultAutoSelectFamily());
for (const value of [false, true, 'x', 0, undefined]) {
  attempt('set family', () => net.setDefaultAutoSelectFamily(value));
  log('family', net.getDefaultAutoSelectFamily());
}
for (const value of [false, true]) {
  net.setDefaultAutoSelectFamily(value);
  const client = new net.Socket();
  function lookup(hostname, options, callback) {
    log('asked for all', value, options.all);
    callback(new Error('enough'));
  }
  client.on('error', (error) => log('error', error));
  client.connect({ port: 9, host: 'any.name', lookup });
}
