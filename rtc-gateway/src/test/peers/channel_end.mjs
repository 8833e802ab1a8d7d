// One end of the data channel benchmark: libdatachannel. Driven by lines of JSON like every peer.
import nodeDatachannel from 'node-datachannel';
import { drive, sleep } from './channel_peer.mjs';

const MOST_WAITING = 4 << 20;
const pc = new nodeDatachannel.PeerConnection('end', { iceServers: [], bindAddress: '127.0.0.1', disableAutoNegotiation: true });
let channel, received = 0, returned;
let state = '';

const take = opened => {
  channel = opened;
  opened.onOpen(() => { state = 'open'; });
  if (opened.isOpen()) state = 'open';
  opened.onMessage(data => {
    if (typeof data !== 'string') received += data.byteLength;
    else if (returned) returned();
    else opened.sendMessage(data);
  });
};
pc.onDataChannel(take);

const described = async type => {
  pc.setLocalDescription(type);
  while (pc.gatheringState() !== 'complete') await sleep(10);
  return pc.localDescription().sdp;
};

await drive({
  offer() { return described('offer'); },
  answer({ sdp }) {
    pc.setRemoteDescription(sdp, 'offer');
    return described('answer');
  },
  accept({ sdp }) { pc.setRemoteDescription(sdp, 'answer'); },
  channel() { take(pc.createDataChannel('bench')); },
  state() { return state; },
  received() { return received; },
  async flood({ size, millis }) {
    const message = Buffer.alloc(size);
    for (const began = performance.now(); performance.now() - began < millis;) {
      if (channel.bufferedAmount() < MOST_WAITING) channel.sendMessageBinary(message);
      else await new Promise(setImmediate); // a loop alone would starve what comes
    }
    while (channel.bufferedAmount() > 0) await sleep(1);
  },
  async roundTrips({ count }) {
    const micros = [];
    for (let i = 0; i < count; i++) {
      const back = new Promise(r => { returned = r; });
      const began = performance.now();
      channel.sendMessage('x');
      await back;
      micros.push((performance.now() - began) * 1000);
    }
    micros.sort((a, b) => a - b);
    return [micros[count >> 1], micros[count * 99 / 100 | 0]];
  },
});
pc.close();
nodeDatachannel.cleanup();
