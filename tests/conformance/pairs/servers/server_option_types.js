// Options of the wrong type: which are refused, with which words.
// why: Node coerces some options and refuses others; refusing more would break programs that pass 1 or 'yes'.
// rows: 4.option.keepAlive 4.option.keepAliveInitialDelay 4.option.noDelay 4.option.allowHalfOpen 4.option.highWaterMark 4.option.pauseOnConnect
'use strict';
const { attempt, net, shown } = require('../../tracing');

const cases = [
  ['noDelay', 'yes'], ['noDelay', 1], ['noDelay', null],
  ['keepAlive', 'yes'], ['keepAlive', 0],
  ['keepAliveInitialDelay', '1000'], ['keepAliveInitialDelay', true], ['keepAliveInitialDelay', 1.5],
  ['allowHalfOpen', 'yes'], ['allowHalfOpen', 1],
  ['highWaterMark', '5'], ['highWaterMark', true], ['highWaterMark', 1.5],
  ['pauseOnConnect', 'yes'], ['pauseOnConnect', null],
];
for (const [name, value] of cases) {
  attempt(`${name} ${shown(value)}`, () => net.createServer({ [name]: value }).listening);
}
