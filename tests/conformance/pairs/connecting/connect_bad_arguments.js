// Every bad argument of connect(): thrown at once, before anything is opened.
// why: Arguments are checked before any system call, so a typing error never leaks a descriptor or a pending connection.
// rows: 6.option.port 6.option.host 6.option.localPort 6.option.hints 6.option.path
const { attempt, net } = require('../../tracing');

for (const port of [-1, 65536, 1.5, 'abc', '', ' ', '1.5', '-1', true, [], {}]) {
  attempt('port', () => net.connect({ port }));
}
attempt('no port', () => net.connect({}));
attempt('only a host', () => net.connect({ host: '127.0.0.1' }));
attempt('undefined port', () => net.connect({ port: undefined }));
attempt('nothing', () => new net.Socket().connect({}));
for (const host of [5, true, [], {}]) {
  attempt('host', () => net.connect({ port: 9, host }));
}
for (const host of ['a\0b', '127.0.0.1\0']) {
  attempt('null byte', () => net.connect({ port: -1, host, localAddress: 'x' }));
}
for (const path of [5, true, [], {}]) {
  attempt('path', () => net.connect({ path }));
}
for (const localAddress of ['localhost', '127.0.0.256', 5, true]) {
  attempt('localAddress', () => net.connect({ port: 9, host: '127.0.0.1', localAddress }));
}
for (const localPort of ['1', true, [], {}]) {
  attempt('localPort', () => net.connect({ port: 9, host: '127.0.0.1', localPort }));
}
for (const hints of [1, 7, 4096]) {
  attempt('hints', () => net.connect({ port: 9, host: 'localhost', hints }));
}
for (const lookup of [5, 'x', {}]) {
  attempt('lookup', () => net.connect({ port: 9, host: 'localhost', lookup }));
}
for (const autoSelectFamily of ['x', 1, {}]) {
  attempt('autoSelectFamily', () => net.connect({ port: 9, host: 'localhost', autoSelectFamily }));
}
for (const autoSelectFamilyAttemptTimeout of ['x', 0, -1, 1.5]) {
  attempt('attempt timeout', () => net.connect({ port: 9, host: 'localhost', autoSelectFamilyAttemptTimeout }));
}
