"""Two libnice agents that may use relayed candidates only, as the ends of two GStreamer pipelines: a tone goes each way."""
import sys
import gi
gi.require_version('Gst', '1.0')
gi.require_version('Nice', '0.1')
from gi.repository import GLib, Gst, Nice

transport, port = sys.argv[1], int(sys.argv[2])
Gst.init(None)
loop = GLib.MainLoop()
context = GLib.MainContext.default()


class End:
    def __init__(self, controlling):
        self.agent = Nice.Agent.new(context, Nice.Compatibility.RFC5245)
        self.agent.props.controlling_mode = controlling
        self.agent.props.force_relay = True
        self.agent.props.upnp = False
        address = Nice.Address.new()
        address.set_from_string('127.0.0.1')
        self.agent.add_local_address(address)
        self.stream = self.agent.add_stream(1)
        kind = {'udp': Nice.RelayType.UDP, 'tcp': Nice.RelayType.TCP}[transport]
        self.agent.set_relay_info(self.stream, 1, '127.0.0.1', port, 'alice', 'secret', kind)
        self.gathered = False
        self.agent.connect('candidate-gathering-done', self.done)
        self.agent.connect('component-state-changed', self.state)

    def gather(self):
        assert self.agent.gather_candidates(self.stream)

    def done(self, agent, stream):
        self.gathered = True
        exchange()

    def state(self, agent, stream, component, state):
        if state == Nice.ComponentState.FAILED:
            print('failed', flush=True)
            loop.quit()


ends = []


def exchange():
    if len(ends) < 2 or not all(e.gathered for e in ends):
        return
    for a, b in (ends, ends[::-1]):
        candidates = a.agent.get_local_candidates(a.stream, 1)
        kinds = {c.type for c in candidates}
        assert kinds == {Nice.CandidateType.RELAYED}, kinds
        ok, ufrag, password = a.agent.get_local_credentials(a.stream)
        assert b.agent.set_remote_credentials(b.stream, ufrag, password)
        assert b.agent.set_remote_candidates(b.stream, 1, candidates) == len(candidates)


ends = [End(True), End(False)]
TONES = (1000, 1500)
heard = set()
pipelines = []


def message(bus, m, expected):
    s = m.get_structure()
    if m.type == Gst.MessageType.ERROR:
        print('error', m.parse_error(), flush=True)
        loop.quit()
    elif s and s.get_name() == 'spectrum':
        text = s.to_string()
        bands = [float(x) for x in text[text.index('magnitude=') :].split('{')[1].split('}')[0].split(',')]
        loudest = bands.index(max(bands)) * 4000 / len(bands)
        if abs(loudest - expected) <= 20 and max(bands) > -40 and expected not in heard:
            print('heard', expected, flush=True)
            heard.add(expected)
            if len(heard) == len(TONES):
                loop.quit()


def pipeline(end, text):
    made = Gst.parse_launch(text)
    element = made.get_by_name('nice')
    element.set_property('agent', end.agent)
    element.set_property('stream', end.stream)
    element.set_property('component', 1)
    pipelines.append(made)
    return made


for end, own, other in ((ends[0], *TONES), (ends[1], *TONES[::-1])):
    pipeline(end, f'audiotestsrc is-live=true freq={own} ! audio/x-raw,rate=8000,channels=1 ! mulawenc ! rtppcmupay ! nicesink name=nice')
    bus = pipeline(end, 'nicesrc name=nice ! application/x-rtp,media=audio,clock-rate=8000,encoding-name=PCMU,payload=0 ! rtppcmudepay ! '
                        'mulawdec ! spectrum bands=400 interval=500000000 threshold=-60 ! fakesink').get_bus()
    bus.add_signal_watch()
    bus.connect('message', message, other)
for each in pipelines:
    each.set_state(Gst.State.PLAYING)
for end in ends:
    end.gather()
GLib.timeout_add_seconds(30, loop.quit)
loop.run()
for each in pipelines:
    each.set_state(Gst.State.NULL)
