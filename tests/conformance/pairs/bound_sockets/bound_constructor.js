// Where a BoundSocket is bound by its options, and that nothing is left once it is closed.
// why: A supervisor binds first and decides later; the wrong default address is open to more than was meant.
// rows: b.constructor b.address b.fd b.isPipe b.close
'use strict';
const fs = require('node:fs');
const { attempt, log, net } = require('../../tracing');

const shownAddress = (bound) => {
  const address = bound.address();
  return typeof address === 'string' ? address : { ...address, port: address.port > 0 };
};
for (const options of [undefined, {}, { port: 0 }, { port: '0' }, { host: '127.0.0.1' }, { host: '::1' }, { ipv6Only: true },
  { host: '::', ipv6Only: true }, { host: '127.0.0.1', ipv6Only: true }, { reusePort: true }, { host: '::ffff:127.0.0.1' }])
  attempt('tcp', () => {
    const bound = new net.BoundSocket(options);
    log('bound', shownAddress(bound), bound.isPipe, bound.fd() > 0);
    bound.close();
  });
for (const path of ['a', 'a', '', '\0abstract' + process.pid, './b', '/nowhere/../tmp/anynet-' + process.pid])
  attempt('pipe', () => {
    const bound = new net.BoundSocket({ path });
    log('bound', bound.address() === path, bound.isPipe, bound.fd() > 0, fs.readdirSync('.'));
    bound.close();
    log('closed', fs.readdirSync('.'));
  });
const first = new net.BoundSocket({ host: '127.0.0.1' });
// SO_REUSEADDR: two may hold one port as long as neither listens.
const second = new net.BoundSocket({ host: '127.0.0.1', port: first.address().port });
log('both', first.address().port === second.address().port);
first.close();
second.close();
