// Flowing with no listener, data is lost; not flowing, it waits for the first listener.
// why: resume() without a listener throws data away, a fresh socket keeps it: mixing them up loses the first bytes.
// rows: 5.event.data 5.resume
'use strict';
const { log, net } = require('../../tracing');

function main() {
  function onConnection(peer) {
    peer.on('data', (data) => peer.write(data));
  }
  const server = net.createServer(onConnection);
  function start() {
    const lossy = net.connect(server.address().port, '127.0.0.1');
    lossy.resume();
    lossy.write('lost');
    function listen() {
      if (lossy.bytesRead < 4) return setTimeout(listen, 20);
      log('read', lossy.bytesRead, lossy.readableLength);
      lossy.on('data', (data) => log('lossy data', data));
      lossy.end('kept');
    }
    setTimeout(listen, 40);
    lossy.on('close', patientPart);
  }
  function patientPart(hadError) {
    const patient = net.connect(server.address().port, '127.0.0.1');
    patient.write('waits');
    function listen() {
      if (patient.bytesRead < 5) return setTimeout(listen, 20);
      log('flowing', patient.readableFlowing, patient.bytesRead, patient.readableLength);
      patient.on('data', (data) => log('patient data', data));
      log('flowing', patient.readableFlowing);
      patient.end();
      server.close();
    }
    setTimeout(listen, 40);
    patient.on('end', () => log('patient end'));
  }
  server.listen(0, '127.0.0.1', start);
}

main();
