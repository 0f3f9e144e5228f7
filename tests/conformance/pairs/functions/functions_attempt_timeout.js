// The default of autoSelectFamilyAttemptTimeout: its limits, its least value, and what is refused.
// why: A refused value must leave the default as it was, or a typing error changes all connections of the program.
// rows: 7.getDefaultAutoSelectFamilyAttemptTimeout 7.setDefaultAutoSelectFamilyAttemptTimeout
'use strict';
const { attempt, net } = require('../../tracing');

function set(value) {
  net.setDefaultAutoSelectFamilyAttemptTimeout(value);
  return net.getDefaultAutoSelectFamilyAttemptTimeout();
}

for (const value of [1, 9, 10, 11, 250, 2147483647]) attempt(`set ${value}`, () => set(value));
for (const value of [0, -1, 1.5, 2147483648, NaN, Infinity, -Infinity, 5000000000]) attempt('out of range', () => set(value));
for (const value of [undefined, '5', '', true, {}, [5]]) attempt('no number', () => set(value));
attempt('still', () => net.getDefaultAutoSelectFamilyAttemptTimeout());
