// A werift peer connection with a data channel.
import { RTCPeerConnection } from 'werift';
import { Messages, drive, message, sleep } from './channel_peer.mjs';

const pc = new RTCPeerConnection({ iceServers: [], iceAdditionalHostAddresses: ['127.0.0.1'], iceUseIpv6: false });
let channel, messages;

const take = opened => {
  channel = opened;
  const mine = messages = new Messages(opened.label !== 'matrix-unordered'); // of a partial one it does not tell that it is unordered
  opened.onMessage.subscribe(data => mine.take(data));
};
pc.onDataChannel.subscribe(take);

const gathered = async () => {
  while (pc.iceGatheringState !== 'complete') await sleep(10);
  return pc.localDescription.sdp;
};

process.on('unhandledRejection', e => console.error(e)); // what it flushes nobody waits for
await drive({
  async offer() {
    await pc.setLocalDescription(await pc.createOffer());
    return gathered();
  },
  async answer({ sdp }) {
    await pc.setRemoteDescription({ type: 'offer', sdp });
    await pc.setLocalDescription(await pc.createAnswer());
    return gathered();
  },
  async accept({ sdp }) { await pc.setRemoteDescription({ type: 'answer', sdp }); },
  channel({ label, ordered, maxRetransmits }) {
    take(pc.createDataChannel(label, { ordered, maxRetransmits: maxRetransmits < 0 ? undefined : maxRetransmits }));
  },
  async send({ count, size }) {
    for (let n = 0; n < count; n++) {
      while (channel.bufferedAmount > 1 << 20) await sleep(1);
      channel.send(message(n, size));
    }
  },
  close() { channel.close(); },
  channelState() { return [channel ? channel.readyState : '', messages ? messages.count : 0, messages ? messages.unsound : 0]; },
});
await pc.close();
process.exit(0);
