// setImmediate: arguments, clearing in the same pass, immediates made by immediates, hasRef.
// why: An immediate made by an immediate waits for the next round, so a loop of them cannot starve I/O.
// rows: 8.8
const { attempt, log, net } = require('../../tracing');

const server = net.createServer();
server.listen(0, '127.0.0.1', () => {
  const immediates = [];
  immediates.push(setImmediate((...values) => {
    log('first', values);
    clearImmediate(immediates[2]);
    setImmediate(() => {
      log('made by the first');
      server.close(() => log('server closed'));
    });
  }, 1, 'two'));
  immediates.push(setImmediate(() => log('second')));
  immediates.push(setImmediate(() => log('never')));
  immediates.push(setImmediate(() => log('fourth')));
  immediates.push(setImmediate(() => log('never')));
  log('hasRef', immediates[0].hasRef());
  log('unref', immediates[3].unref() === immediates[3], immediates[3].hasRef(), immediates[3].ref().hasRef());
  log('clear', clearImmediate(immediates[4]), clearImmediate(undefined), clearImmediate(immediates[4]));
  for (const bad of [undefined, 5, 'x', {}]) attempt('bad', () => setImmediate(bad));
});
