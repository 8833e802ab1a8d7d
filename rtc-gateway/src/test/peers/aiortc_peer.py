"""An aiortc peer connection, driven by lines of JSON: it sends a tone and pictures, and says what it hears and sees.

Each line in has an "op"; each line out is "OK " and a value in JSON, or "ERROR " and a text.
"""
import asyncio
import fractions
import json
import math
import struct
import sys
import time
import traceback

from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack
from av import AudioFrame


class Tone(AudioStreamTrack):
    def __init__(self, hertz):
        super().__init__()
        self.hertz = hertz

    async def recv(self):
        frame = await super().recv()
        rate = frame.sample_rate
        at = frame.pts
        tone = AudioFrame(format="s16", layout="mono", samples=frame.samples)
        data = b"".join(struct.pack("<h", int(12000 * math.sin(2 * math.pi * self.hertz * (at + i) / rate))) for i in range(frame.samples))
        tone.planes[0].update(data)
        tone.pts = at
        tone.sample_rate = rate
        tone.time_base = fractions.Fraction(1, rate)
        return tone


class Peer:
    def __init__(self):
        self.pc = RTCPeerConnection()
        self.frequency = 0.0
        self.heard_at = 0.0
        self.frames = 0
        self.tasks = []
        self.channel = None
        self.messages = 0
        self.unsound = 0
        self.pc.on("track", self.on_track)
        self.pc.on("datachannel", self.take)

    def on_track(self, track):
        listener = self.listen if track.kind == "audio" else self.watch
        self.tasks.append(asyncio.ensure_future(listener(track)))

    def take(self, channel):
        self.channel = channel
        self.messages = 0
        self.unsound = 0
        self.seen = set()
        channel.on("message", self.on_message)

    def on_message(self, data):
        """What it should be is known: its number, then bytes that count on from there."""
        n = int.from_bytes(data[:4], "big")
        in_turn = n not in self.seen and (not self.channel.ordered or n == self.messages)
        self.seen.add(n)
        self.messages += 1
        self.unsound += not in_turn or data[4:] != bytes((n + i) & 0xff for i in range(4, len(data)))

    async def send(self, count, size):
        for n in range(count):
            while self.channel.bufferedAmount > 1 << 20:
                await asyncio.sleep(0.001)
            self.channel.send(n.to_bytes(4, "big") + bytes((n + i) & 0xff for i in range(4, size)))

    async def listen(self, track):
        """The frequency of a clean tone is half the number of times a second that it crosses zero."""
        last, crossings, samples = 0, 0, 0
        while True:
            frame = await track.recv()
            step = len(frame.layout.channels)
            values = struct.unpack("<%dh" % (frame.samples * step), bytes(frame.planes[0])[: 2 * frame.samples * step])
            for value in values[::step]:
                if abs(value) > 500:
                    sign = 1 if value > 0 else -1
                    crossings += sign != last and last != 0
                    last = sign
            samples += frame.samples
            if samples >= frame.sample_rate:
                self.frequency = crossings * frame.sample_rate / samples / 2
                self.heard_at = time.monotonic()
                crossings, samples = 0, 0

    async def watch(self, track):
        while True:
            await track.recv()
            self.frames += 1

    def first(self, kind):
        return next(t for t in self.pc.getTransceivers() if t.kind == kind)

    async def do(self, op):
        name = op["op"]
        if name == "audio":
            self.pc.addTrack(Tone(op["hertz"]))
        elif name == "video":
            self.pc.addTrack(VideoStreamTrack())
        elif name == "remove":
            # there is no removeTrack: what it does is done by hand
            transceiver = self.first("video")
            transceiver.sender.replaceTrack(None)
            transceiver.direction = "recvonly"
        elif name == "direct":
            self.first(op["kind"]).direction = op["direction"]
        elif name == "offer":
            await self.pc.setLocalDescription(await self.pc.createOffer())
            return self.pc.localDescription.sdp
        elif name == "answer":
            await self.pc.setRemoteDescription(RTCSessionDescription(op["sdp"], "offer"))
            await self.pc.setLocalDescription(await self.pc.createAnswer())
            return self.pc.localDescription.sdp
        elif name == "accept":
            await self.pc.setRemoteDescription(RTCSessionDescription(op["sdp"], "answer"))
        elif name == "channel":
            repeats = op["maxRetransmits"]
            self.take(self.pc.createDataChannel(op["label"], ordered=op["ordered"], maxRetransmits=None if repeats < 0 else repeats))
        elif name == "send":
            await self.send(op["count"], op["size"])
        elif name == "close":
            self.channel.close()
        elif name == "channelState":
            return [self.channel.readyState if self.channel else "", self.messages, self.unsound]
        elif name == "frequency":
            return self.frequency if time.monotonic() - self.heard_at < 2 else 0
        elif name == "frames":
            return self.frames
        else:
            raise ValueError(name)


async def main():
    peer = Peer()
    reader = asyncio.StreamReader(limit=1 << 20)
    await asyncio.get_event_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        try:
            print("OK " + json.dumps(await peer.do(json.loads(line))), flush=True)
        except Exception:
            print("ERROR " + json.dumps(traceback.format_exc()), flush=True)
    await peer.pc.close()


asyncio.run(main())
