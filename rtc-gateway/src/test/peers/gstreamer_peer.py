"""A GStreamer webrtcbin, driven by lines of JSON: it sends a tone and pictures, and says what it hears and sees.

Each line in has an "op"; each line out is "OK " and a value in JSON, or "ERROR " and a text.
"""
import json
import struct
import sys
import threading
import time
import traceback

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

PAYLOADS = {
    "VP8": ("vp8enc deadline=1 keyframe-max-dist=50 ! rtpvp8pay pt={pt} picture-id-mode=2", "VP8"),
    "H264": ("x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 ! video/x-h264,profile=constrained-baseline ! "
             "h264parse ! rtph264pay pt={pt} config-interval=-1 aggregate-mode=zero-latency", "H264"),
}


# a channel that has not been connected says 0, which is no value of the enumeration and has no name
STATES = ["connecting", "connecting", "open", "closing", "closed"]
PATTERN = bytes(range(256)) * 1026


class Peer:
    def __init__(self):
        self.pipe = Gst.Pipeline.new("peer")
        self.rtc = Gst.ElementFactory.make("webrtcbin", "rtc")
        self.rtc.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
        self.pipe.add(self.rtc)
        self.rtc.connect("pad-added", self.on_pad)
        self.frequency = 0.0
        self.heard_at = 0.0
        self.frames = 0
        self.audio = None
        self.video = None
        self.adding = []
        self.crossings, self.samples, self.last = 0, 0, 0
        self.rtc.connect("on-data-channel", lambda _, channel: self.take(channel))
        self.channel = None
        self.kept = []
        self.messages, self.unsound = 0, 0
        if "loopback" in sys.argv:
            # libnice leaves that out as long as there is another interface; with the last reference the agent would go
            self.ice = self.rtc.get_property("ice-agent")
            self.ice.emit("add-local-ip-address", "127.0.0.1")
        self.pipe.set_state(Gst.State.READY)

    def on_pad(self, _, pad):
        if pad.direction == Gst.PadDirection.SRC:
            decoder = Gst.ElementFactory.make("decodebin")
            decoder.connect("pad-added", self.on_decoded)
            self.pipe.add(decoder)
            decoder.sync_state_with_parent()
            pad.link(decoder.get_static_pad("sink"))

    def on_decoded(self, _, pad):
        kind = pad.get_current_caps().get_structure(0).get_name()
        text = "audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate=48000,channels=1 ! fakesink name=out sync=false" \
            if kind.startswith("audio") else "fakesink name=out sync=false"
        sink = Gst.parse_bin_from_description("queue ! " + text, True)
        self.pipe.add(sink)
        sink.sync_state_with_parent()
        pad.link(sink.get_static_pad("sink"))
        out = sink.get_by_name("out").get_static_pad("sink")
        out.add_probe(Gst.PadProbeType.BUFFER, self.on_sound if kind.startswith("audio") else self.on_picture)

    def on_picture(self, _, info):
        self.frames += 1
        return Gst.PadProbeReturn.OK

    def on_sound(self, _, info):
        """The frequency of a clean tone is half the number of times a second that it crosses zero."""
        buffer = info.get_buffer()
        data = buffer.extract_dup(0, buffer.get_size())
        for value in struct.unpack("<%dh" % (len(data) // 2), data):
            if abs(value) > 500:
                sign = 1 if value > 0 else -1
                self.crossings += sign != self.last and self.last != 0
                self.last = sign
        self.samples += len(data) // 2
        if self.samples >= 48000:
            self.frequency = self.crossings * 48000 / self.samples / 2
            self.heard_at = time.monotonic()
            self.crossings, self.samples = 0, 0
        return Gst.PadProbeReturn.OK

    def take(self, channel):
        self.channel = channel
        self.kept.append(channel)
        self.messages, self.unsound, self.seen = 0, 0, set()
        self.ordered = channel.get_property("ordered")
        channel.connect("on-message-data", self.on_message)

    def on_message(self, channel, data):
        """What it should be is known: its number, then bytes that count on from there."""
        data = data.get_data()
        n = int.from_bytes(data[:4], "big")
        in_turn = n not in self.seen and (not self.ordered or n == self.messages)
        self.seen.add(n)
        self.messages += 1
        start = (n + 4) & 0xff
        self.unsound += not in_turn or data[4:] != PATTERN[start:start + len(data) - 4]

    def open_channel(self, op):
        fields = "options,ordered=(boolean)%s" % ("true" if op["ordered"] else "false")
        if op["maxRetransmits"] >= 0:
            fields += ",max-retransmits=(int)%d" % op["maxRetransmits"]
        self.pipe.set_state(Gst.State.PLAYING)
        self.take(self.rtc.emit("create-data-channel", op["label"], Gst.Structure.new_from_string(fields)))

    def send(self, count, size):
        for n in range(count):
            while self.channel.get_property("buffered-amount") > 1 << 20:
                threading.Event().wait(0.001)
            start = (n + 4) & 0xff
            self.channel.send_data(GLib.Bytes.new(n.to_bytes(4, "big") + PATTERN[start:start + size - 4]))

    def add(self, source, caps):
        branch = Gst.parse_bin_from_description(source + " ! queue ! capsfilter caps=\"" + caps + "\"", True)
        self.pipe.add(branch)
        branch.sync_state_with_parent()
        branch.link(self.rtc)

    def add_sources(self, audio_pt, video_pt):
        adding, self.adding = self.adding, []
        if "audio" in adding:
            self.add("audiotestsrc is-live=true freq=%d ! audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay pt=%d"
                     % (self.audio, audio_pt), "application/x-rtp,media=audio,encoding-name=OPUS,payload=%d,clock-rate=48000,encoding-params=(string)2" % audio_pt)
        if "video" in adding:
            encoder, name = PAYLOADS[self.video]
            self.add("videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=25/1 ! videoconvert ! "
                     + encoder.format(pt=video_pt), "application/x-rtp,media=video,encoding-name=%s,payload=%d,clock-rate=90000"
                     % (name, video_pt))

    def direct(self, kind, direction):
        at = next(i for i in range(8) if self.rtc.emit("get-transceiver", i).get_property("kind").value_nick == kind)
        names = {d.value_nick: d for d in GstWebRTC.WebRTCRTPTransceiverDirection.__enum_values__.values()}
        self.rtc.emit("get-transceiver", at).set_property("direction", names[direction])

    def call(self, signal, *args):
        done = threading.Event()
        promise = Gst.Promise.new_with_change_func(lambda *_: done.set())
        self.rtc.emit(signal, *args, promise)
        if not done.wait(15):
            raise TimeoutError(signal)
        reply = promise.get_reply()
        if reply and reply.has_field("error"):
            raise RuntimeError(reply.to_string())
        return reply

    def describe(self, kind, text):
        _, sdp = GstSdp.sdp_message_new_from_text(text)
        return GstWebRTC.WebRTCSessionDescription.new(kind, sdp)

    def make(self, signal, key, kind):
        reply = self.call(signal, None)
        description = reply.get_value(key)
        message = description.sdp
        text = message.as_text()
        self.call("set-local-description", self.describe(kind, text))
        for _ in range(500):
            if self.rtc.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
                break
            threading.Event().wait(0.02)
        local = self.rtc.get_property("local-description")
        local_message = local.sdp
        return local_message.as_text()

    def do(self, op):
        name = op["op"]
        if name == "audio":
            self.audio = op["hertz"]
            self.adding.append(name)
        elif name == "video":
            self.video = op["codec"]
            self.adding.append(name)
        elif name == "direct":
            self.direct(op["kind"], op["direction"])
        elif name == "offer":
            self.add_sources(97, 96)
            self.pipe.set_state(Gst.State.PLAYING)
            self.pipe.get_state(5 * Gst.SECOND)
            return self.make("create-offer", "offer", GstWebRTC.WebRTCSDPType.OFFER)
        elif name == "answer":
            pts = {}
            for line in op["sdp"].splitlines():
                if line.startswith("a=rtpmap:"):
                    number, codec = line[9:].split(" ", 1)
                    pts.setdefault(codec.split("/")[0].upper(), int(number))
            self.add_sources(pts.get("OPUS", 0), pts.get((self.video or "VP8").upper(), 0))
            self.pipe.set_state(Gst.State.PLAYING)
            self.pipe.get_state(5 * Gst.SECOND)
            self.call("set-remote-description", self.describe(GstWebRTC.WebRTCSDPType.OFFER, op["sdp"]))
            return self.make("create-answer", "answer", GstWebRTC.WebRTCSDPType.ANSWER)
        elif name == "accept":
            self.call("set-remote-description", self.describe(GstWebRTC.WebRTCSDPType.ANSWER, op["sdp"]))
        elif name == "channel":
            self.open_channel(op)
        elif name == "send":
            self.send(op["count"], op["size"])
        elif name == "close":
            self.channel.close()
        elif name == "channelState":
            return [STATES[int(self.channel.get_property("ready-state"))] if self.channel else "", self.messages, self.unsound]
        elif name == "frequency":
            return self.frequency if time.monotonic() - self.heard_at < 2 else 0
        elif name == "frames":
            return self.frames
        else:
            raise ValueError(name)


Gst.init(None)
loop = GLib.MainLoop()
threading.Thread(target=loop.run, daemon=True).start()
peer = Peer()
for line in sys.stdin:
    try:
        print("OK " + json.dumps(peer.do(json.loads(line))), flush=True)
    except Exception:
        print("ERROR " + json.dumps(traceback.format_exc()), flush=True)
peer.pipe.set_state(Gst.State.NULL)
