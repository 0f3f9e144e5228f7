// check: what raises, and what is simply not blocked.
// why: check() of text that is no address answers false, not an exception: servers call it with whatever a peer's address is.
// rows: 2.check 2.isBlockList
'use strict';
const { attempt, log, net } = require('../../tracing');

const list = new net.BlockList();
list.addAddress('1.1.1.1');
attempt('nothing', () => list.check());
attempt('number', () => list.check(1));
attempt('object', () => list.check({ address: '1.1.1.1' }));
attempt('list', () => list.check(['1.1.1.1']));
attempt('family number', () => list.check('1.1.1.1', 4));
attempt('family object', () => list.check('1.1.1.1', {}));
attempt('word', () => list.check('localhost'));
attempt('empty', () => list.check(''));
attempt('family word', () => list.check('1.1.1.1', 'ipv5'));
attempt('family empty', () => list.check('1.1.1.1', ''));
attempt('other family', () => list.check('1.1.1.1', 'ipv6'));
attempt('right family', () => list.check('1.1.1.1', 'IPV4'));
attempt('is a list', () => net.BlockList.isBlockList(list));
attempt('is none', () => net.BlockList.isBlockList({ rules: list.rules }));
attempt('is none', () => net.BlockList.isBlockList(list.rules));
attempt('is none', () => net.BlockList.isBlockList(undefined));
log('list', list);
