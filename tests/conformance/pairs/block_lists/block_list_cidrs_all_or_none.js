// addCIDRs with an address or a prefix that is bad, behind good ones.
// why: A program that goes on after the error must know whether a part of its list is in force.
// rows: 2.addCIDRs
// differs: Of the CIDRs of a list all are added or none; Node leaves those before a bad address or prefix.
'use strict';
const { attempt, log, net } = require('../../tracing');

const list = new net.BlockList();
for (const last of ['8.8.8/8', 'x/8', '8.8.8.8/33', '::1/129']) {
  attempt(last, () => list.addCIDRs(['9.0.0.0/8', last]));
  log('left', list.size, list.check('9.1.1.1'));
}
