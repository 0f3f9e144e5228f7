// promisify: results, errors, what is thrown, what calls back twice, a form of its own.
// why: Half of a modern program awaits what the other half calls back.
// rows: 9.util.promisify
const util = require('node:util');
const { attempt, log, net } = require('../../tracing');
const { promisify } = util;
const attempted = async (label, f) => { try { log(label, await f()); } catch (error) { log(label + ' threw', error); } };
const main = async () => {
  await attempted('result', () => promisify((a, b, cb) => cb(null, a + b))(1, 2));
  await attempted('error', () => promisify((cb) => cb(new Error('bad')))());
  await attempted('several', () => promisify((cb) => cb(null, 1, 2))());
  await attempted('nothing', () => promisify((cb) => cb())());
  await attempted('false', () => promisify((cb) => cb(0, 'result'))());
  await attempted('thrown', () => promisify(() => { throw new Error('inside'); })());
  await attempted('twice', () => promisify((cb) => { cb(null, 1); cb(new Error('x')); cb(null, 2); })());
  await attempted('late', () => promisify((cb) => setTimeout(cb, 5, null, 'late'))());
  for (const bad of [5, undefined, 'x']) attempt('no function', () => promisify(bad));
  const own = (cb) => cb(null, 'plain');
  own[promisify.custom] = async () => 'custom';
  await attempted('custom', () => promisify(own)());
  const promisified = promisify((cb) => cb(null, 1));
  log('again', promisify(promisified) === promisified);
  const wrong = () => {};
  wrong[promisify.custom] = 5;
  attempt('wrong', () => promisify(wrong));
  await attempted('timeout', () => promisify(setTimeout)(5, 'waited'));
  await attempted('immediate', () => promisify(setImmediate)('at once'));
  let begun = false;
  const pending = promisify((cb) => { begun = true; cb(null, 'x'); })();
  log('begun', begun, await pending, await pending);
  const server = net.createServer();
  await attempted('listen', async () => { await promisify((cb) => server.listen(0, cb))(); return server.listening; });
  await attempted('count', () => promisify(server.getConnections).call(server));
  await attempted('close', () => promisify(server.close).call(server));
  await attempted('close', () => promisify(server.close).call(server));
};
main();
