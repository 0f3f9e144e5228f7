// fromJSON: what is no list of strings, what is no rule, and what is a rule that cannot be.
// why: Node passes over lines that are no rules but throws for types; a port that threw for both would refuse files that Node reads.
// rows: 2.fromJSON
'use strict';
const { attempt, byText, log, net } = require('../../tracing');

const list = new net.BlockList();
attempt('nothing', () => list.fromJSON());
attempt('a number', () => list.fromJSON(1));
attempt('an object', () => list.fromJSON({}));
attempt('a list of numbers', () => list.fromJSON([1]));
attempt('a mixed list', () => list.fromJSON(['Address: IPv4 1.1.1.1', 5]));
attempt('text of an object', () => list.fromJSON('{}'));
attempt('text of a number', () => list.fromJSON('1'));
attempt('text of a list of numbers', () => list.fromJSON('[1]'));
log('still none', byText(list.rules));
for (const text of ['x', '', 'Address: IPv4 ', 'Address: IPv4 ::1', 'Subnet: IPv4 1.1.1.1', 'Subnet: IPv4 1.1.1.1/x'])
  attempt(`passes over ${text}`, () => list.fromJSON([text]));
for (const text of ['address: ipv4 4.4.4.6', 'Address:  IPv4  4.4.4.7', 'Range: IPv4 1.1.1.1', 'Range: IPv4 1.1.1.1 - 1.1.1.6'])
  attempt(`passes over ${text}`, () => list.fromJSON([text]));
log('still none', byText(list.rules));
attempt('no address', () => list.fromJSON(['Address: IPv4 1.1.1.1', 'Address: IPv4 999.1.1.1', 'Address: IPv4 2.2.2.2']));
attempt('wrong family', () => list.fromJSON(['Address: IPv6 1.1.1.1']));
attempt('backwards', () => list.fromJSON(['Address: IPv6 ::1', 'Range: IPv4 1.1.1.5-1.1.1.1']));
attempt('prefix', () => list.fromJSON(['Subnet: IPv4 1.1.1.1/99']));
attempt('prefix of ipv6', () => list.fromJSON(['Subnet: IPv6 ::1/900']));
log('those before the bad ones', byText(list.rules));
