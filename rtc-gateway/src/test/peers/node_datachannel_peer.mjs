// A peer connection of libdatachannel (node-datachannel) with a data channel.
import nodeDatachannel from 'node-datachannel';
import { Messages, drive, message, sleep } from './channel_peer.mjs';

const pc = new nodeDatachannel.PeerConnection('peer', { iceServers: [], bindAddress: '127.0.0.1', disableAutoNegotiation: true });
let channel, messages;
let state = '';

const take = opened => {
  channel = opened;
  state = opened.isOpen() ? 'open' : 'connecting';
  const mine = messages = new Messages(opened.getLabel() !== 'matrix-unordered'); // it does not tell whether a channel of the peer's is ordered
  const ifMine = f => data => { if (channel === opened) f(data); };
  opened.onOpen(ifMine(() => { state = 'open'; }));
  opened.onClosed(ifMine(() => { state = 'closed'; }));
  opened.onMessage(data => mine.take(Buffer.from(data.buffer ?? data, data.byteOffset ?? 0, data.byteLength)));
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
  channel({ label, ordered, maxRetransmits }) {
    take(pc.createDataChannel(label, { unordered: !ordered, maxRetransmits: maxRetransmits < 0 ? undefined : maxRetransmits }));
  },
  async send({ count, size }) {
    for (let n = 0; n < count; n++) {
      while (channel.bufferedAmount() > 1 << 20) await sleep(1);
      channel.sendMessageBinary(message(n, size));
    }
  },
  close() {
    state = 'closing'; // closed it tells nothing more
    channel.close();
  },
  channelState() { return [state, messages ? messages.count : 0, messages ? messages.unsound : 0]; },
});
pc.close();
nodeDatachannel.cleanup();
