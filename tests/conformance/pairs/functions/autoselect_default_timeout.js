// The default time of an attempt: its least value is 10, and what is refused leaves it as it was.
// why: Below 10 ms every attempt would be given up before a handshake can finish, so smaller values are raised.
// rows: 7.getDefaultAutoSelectFamilyAttemptTimeout 7.setDefaultAutoSelectFamilyAttemptTimeout
const { attempt, log, net } = require('../../tracing');

for (const value of [1000, 10, 9, 1, 2147483647]) {
  attempt('set timeout', () => net.setDefaultAutoSelectFamilyAttemptTimeout(value));
  log('timeout', net.getDefaultAutoSelectFamilyAttemptTimeout());
}
for (const value of [0, -1, 1.5, 2147483648, 'x', undefined, {}]) {
  attempt('bad timeout', () => net.setDefaultAutoSelectFamilyAttemptTimeout(value));
}
log('timeout', net.getDefaultAutoSelectFamilyAttemptTimeout());
