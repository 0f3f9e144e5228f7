// The option hints is handed to the lookup as it is; AI_ADDRCONFIG, AI_V4MAPPED and AI_ALL are the hints there are.
// why: A custom lookup sees the flags for getaddrinfo as they were passed, but Node puts a default of its own in the place of 0.
// rows: 6.option.hints 6.option.lookup
const dns = require('node:dns');
const { log, net } = require('../../tracing');

const server = net.createServer((c) => c.end());
server.listen(0, '127.0.0.1', () => {
  const many = [0, undefined, dns.ADDRCONFIG, dns.V4MAPPED, dns.ALL, dns.ADDRCONFIG | dns.V4MAPPED | dns.ALL];
  function next() {
    if (many.length === 0) {
      server.close();
      return;
    }
    const hints = many.shift();
    function lookup(hostname, options, callback) {
      log('hints', hints === undefined ? 'none' : hints === options.hints, options.family, options.all);
      callback(null, [{ address: '127.0.0.1', family: 4 }]);
    }
    const client = net.connect({ port: server.address().port, host: 'any.name', hints, lookup });
    client.on('connect', () => log('connect', client.remoteAddress));
    client.resume();
    client.on('close', next);
  }
  next();
});
