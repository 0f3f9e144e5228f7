// The default of autoSelectFamilyAttemptTimeout before anyone sets it.
// why: The default decides how long a user waits for a dead IPv6 path; Node doubled it, the manual and RFC 8305 say 250 ms.
// rows: 7.getDefaultAutoSelectFamilyAttemptTimeout
// differs: An attempt may last 250 ms by default, as RFC 8305 recommends and the manual says; Node has 500 ms.
'use strict';
const { log, net } = require('../../tracing');

log('auto selection', net.getDefaultAutoSelectFamily());
log('attempt timeout', net.getDefaultAutoSelectFamilyAttemptTimeout());
log('set', net.setDefaultAutoSelectFamilyAttemptTimeout(300));
log('attempt timeout', net.getDefaultAutoSelectFamilyAttemptTimeout());
