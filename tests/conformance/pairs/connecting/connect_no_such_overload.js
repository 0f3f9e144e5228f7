// Arguments of connect() that are no overload at all, and a listener that is no function.
// why: connect() without any place to go must say which argument is missing instead of dialing port 0.
// rows: 6.factory 5.connect
const { attempt, net } = require('../../tracing');

function named() {}

attempt('nothing', () => net.connect());
attempt('undefined', () => net.connect(undefined));
attempt('a function only', () => net.connect(named));
attempt('false', () => net.connect(false));
attempt('a list', () => net.connect([]));
attempt('of the socket, nothing', () => new net.Socket().connect());
attempt('of the socket, undefined', () => new net.Socket().connect(undefined));
attempt('of the socket, undefined twice', () => new net.Socket().connect(undefined, undefined));
attempt('of the socket, false', () => new net.Socket().connect(false, '127.0.0.1'));
attempt('listener is no function', () => net.connect(70000, '127.0.0.1', 5));
