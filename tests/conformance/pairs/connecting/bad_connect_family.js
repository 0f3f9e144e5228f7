// connect: bad values of family, hints, autoSelectFamily and its timeout.
// why: Node throws for some bad values here and leaves others to the lookup; a port that throws more or less breaks callers' checks.
// rows: 6.option.family 6.option.hints 6.option.autoSelectFamily 6.option.autoSelectFamilyAttemptTimeout
'use strict';
const { attempt, net } = require('../../tracing');

function connect(options) {
  return net.connect({ port: 1, host: 'host.test', ...options });
}

attempt('family 5', () => connect({ family: 5 }));
attempt('family string', () => connect({ family: 'ipv4' }));
attempt('hints', () => connect({ hints: 7 }));
attempt('hints string', () => connect({ hints: 'x' }));
attempt('autoSelectFamily string', () => connect({ autoSelectFamily: 'yes' }));
attempt('autoSelectFamily number', () => connect({ autoSelectFamily: 1 }));
attempt('timeout zero', () => connect({ autoSelectFamilyAttemptTimeout: 0 }));
attempt('timeout negative', () => connect({ autoSelectFamilyAttemptTimeout: -5 }));
attempt('timeout fraction', () => connect({ autoSelectFamilyAttemptTimeout: 1.5 }));
attempt('timeout string', () => connect({ autoSelectFamilyAttemptTimeout: '250' }));
attempt('timeout too long', () => connect({ autoSelectFamilyAttemptTimeout: 2147483648 }));
attempt('timeout with it off', () => connect({ autoSelectFamily: false, autoSelectFamilyAttemptTimeout: 0 }));
