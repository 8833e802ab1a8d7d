// A peer connection in a browser, driven from outside: it sends a tone and moving pictures, and measures what comes back.
window.peer = (() => {
  const state = { error: null, frequency: 0, framesDecoded: 0, negotiationNeeded: 0, candidates: [], states: [] };
  const heard = [];
  let pc, context, oscillator, audio, video, channel;

  const tone = hertz => {
    context = context || new AudioContext({ sampleRate: 48000 });
    context.resume();
    oscillator = context.createOscillator();
    oscillator.frequency.value = hertz;
    const destination = context.createMediaStreamDestination();
    oscillator.connect(destination);
    oscillator.start();
    return destination.stream.getAudioTracks()[0];
  };

  const picture = () => {
    const canvas = document.createElement('canvas');
    canvas.width = 320;
    canvas.height = 240;
    const pen = canvas.getContext('2d');
    let n = 0;
    setInterval(() => {
      pen.fillStyle = `hsl(${n++ * 7 % 360}, 80%, 50%)`;
      pen.fillRect(0, 0, 320, 240);
      pen.fillStyle = 'black';
      pen.fillRect(n * 5 % 300, 100, 20, 20);
    }, 40);
    return canvas.captureStream(25).getVideoTracks()[0];
  };

  const listen = track => {
    const element = document.createElement('audio');
    element.muted = true;
    element.srcObject = new MediaStream([track]);
    element.play().catch(() => 0);
    const analyser = context.createAnalyser();
    analyser.fftSize = 8192;
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const bins = new Float32Array(analyser.frequencyBinCount);
    const mine = { level: -Infinity, frequency: 0 };
    heard.push(mine);
    setInterval(() => {
      analyser.getFloatFrequencyData(bins);
      let loudest = 0;
      bins.forEach((level, i) => { if (level > bins[loudest]) loudest = i; });
      mine.level = bins[loudest];
      mine.frequency = loudest * context.sampleRate / analyser.fftSize;
      const best = heard.reduce((one, other) => other.level > one.level ? other : one); // a second track may be silent
      state.frequency = best.level > -60 ? best.frequency : 0;
    }, 200);
  };

  // What it should be is known: its number, then bytes that count on from there.
  const isSound = bytes => {
    const n = new DataView(bytes.buffer).getUint32(0);
    for (let i = 4; i < bytes.length; i++) if (bytes[i] !== (n + i & 0xff)) return false;
    return true;
  };

  const take = opened => {
    channel = opened;
    channel.binaryType = 'arraybuffer';
    state.channel = channel.readyState;
    state.messages = 0;
    state.unsound = 0;
    channel.onopen = () => { state.channel = 'open'; };
    channel.onclose = () => { state.channel = 'closed'; };
    const seen = new Set();
    channel.onmessage = e => {
      const n = new DataView(e.data).getUint32(0);
      const inTurn = !seen.has(n) && (!opened.ordered || n === state.messages);
      seen.add(n);
      state.messages++;
      if (!inTurn || !isSound(new Uint8Array(e.data))) state.unsound++;
    };
  };

  const watch = track => {
    const element = document.createElement('video');
    element.muted = true;
    element.autoplay = true;
    element.playsInline = true;
    element.srcObject = new MediaStream([track]);
    document.body.append(element);
    element.play().catch(() => 0);
  };

  setInterval(async () => {
    if (!pc || pc.connectionState === 'closed') return;
    let frames = 0;
    (await pc.getStats()).forEach(s => { if (s.type === 'inbound-rtp' && s.kind === 'video') frames += s.framesDecoded || 0; });
    state.framesDecoded = frames;
  }, 200);

  const gathered = () => new Promise(done => {
    // after a restart the state may still be that of the generation before, whose candidates are gone from the description
    const all = () => pc.iceGatheringState === 'complete' && pc.localDescription.sdp.includes('a=candidate');
    const look = () => all() ? done() : setTimeout(look, 20);
    look();
  });

  return {
    state,
    get pc() { return pc; },
    open(configuration) {
      pc = new RTCPeerConnection(configuration);
      pc.ondatachannel = e => take(e.channel);
      pc.ontrack = e => e.track.kind === 'audio' ? listen(e.track) : watch(e.track);
      pc.onicecandidate = e => { if (e.candidate) state.candidates.push(e.candidate.toJSON()); };
      pc.onconnectionstatechange = () => state.states.push(pc.connectionState);
      pc.onnegotiationneeded = () => state.negotiationNeeded++;
    },
    addAudio(hertz) {
      audio = tone(hertz);
      pc.addTrack(audio, new MediaStream([audio]));
    },
    addVideo(codec) {
      video = picture();
      const stream = new MediaStream([video]);
      const sender = pc.addTrack(video, stream);
      const transceiver = pc.getTransceivers().find(t => t.sender === sender);
      if (codec && transceiver.setCodecPreferences) {
        const all = RTCRtpReceiver.getCapabilities('video').codecs;
        const wanted = all.filter(c => c.mimeType === codec);
        transceiver.setCodecPreferences(wanted.concat(all.filter(c => c.mimeType.endsWith('/rtx'))));
      }
    },
    removeVideo() { pc.removeTrack(pc.getSenders().find(s => s.track === video)); },
    direct(kind, direction) { pc.getTransceivers().find(t => t.receiver.track.kind === kind).direction = direction; },
    setFrequency(hertz) { oscillator.frequency.value = hertz; },
    openChannel(label, ordered, maxRetransmits) {
      take(pc.createDataChannel(label, { ordered, ...(maxRetransmits < 0 ? {} : { maxRetransmits }) }));
    },
    async sendMessages(count, size) {
      const message = new Uint8Array(size);
      for (let n = 0; n < count; n++) {
        for (let i = 0; i < size; i++) message[i] = n + i;
        new DataView(message.buffer).setUint32(0, n);
        while (channel.bufferedAmount > 1 << 20) await new Promise(r => setTimeout(r, 1));
        channel.send(message);
      }
    },
    closeChannel() { channel.close(); },
    async offer(options) {
      await pc.setLocalDescription(await pc.createOffer(options || {}));
      await gathered();
      return pc.localDescription.sdp;
    },
    async answer(sdp) {
      await pc.setRemoteDescription({ type: 'offer', sdp });
      await pc.setLocalDescription();
      await gathered();
      return pc.localDescription.sdp;
    },
    async accept(sdp) { await pc.setRemoteDescription({ type: 'answer', sdp }); },
    async rollback() { await pc.setLocalDescription({ type: 'rollback' }); },
  };
})();
