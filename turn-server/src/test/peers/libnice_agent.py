"""A libnice agent: prints its description, reads the other side's, says when it is connected, and echoes what it gets.

The description is one line of JSON: ufrag, pwd, candidates. Arguments: controlling or controlled, the server's address, its port, our address,
and 'regular' if it is to nominate as RFC 8445 has it, not with every check as RFC 5245 had.
"""
import json
import sys
import threading
import time

import gi
gi.require_version('Gst', '1.0')
gi.require_version('Nice', '0.1')
from gi.repository import GLib, Gst, Nice

role, server, port, own = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
Gst.init(None)
loop = GLib.MainLoop()
options = Nice.AgentOption.REGULAR_NOMINATION if 'regular' in sys.argv else Nice.AgentOption(0)
agent = Nice.Agent.new_full(GLib.MainContext.default(), Nice.Compatibility.RFC5245, options)
agent.props.controlling_mode = role == 'controlling'
agent.props.upnp = False
agent.props.ice_tcp = False
agent.props.stun_server = server
agent.props.stun_server_port = port
address = Nice.Address.new()
address.set_from_string(own)
agent.add_local_address(address)
stream = agent.add_stream(1)
agent.set_stream_name(stream, 'application')
agent.set_relay_info(stream, 1, server, port, 'alice', 'secret', Nice.RelayType.UDP)
began = 0


def remote():
    global began
    told = json.loads(sys.stdin.readline())

    def take():
        global began
        began = time.monotonic()
        print('began', int(began * 1e6), flush=True)
        agent.set_remote_credentials(stream, told['ufrag'], told['pwd'])
        candidates = [agent.parse_remote_candidate_sdp(stream, 'a=' + c) for c in told['candidates']]
        agent.set_remote_candidates(stream, 1, [c for c in candidates if c])
    GLib.idle_add(take)


def gathered(a, s):
    ok, ufrag, password = agent.get_local_credentials(stream)
    lines = [agent.generate_local_candidate_sdp(c)[2:] for c in agent.get_local_candidates(stream, 1)]
    print(json.dumps({'ufrag': ufrag, 'pwd': password, 'candidates': lines}), flush=True)
    threading.Thread(target=remote, daemon=True).start()


def state(a, s, component, new):
    if new in (Nice.ComponentState.CONNECTED, Nice.ComponentState.READY):
        print('connected' if new == Nice.ComponentState.CONNECTED else 'ready', int((time.monotonic() - began) * 1e6), flush=True)
    elif new == Nice.ComponentState.FAILED:
        print('failed', flush=True)


def pipeline(text):
    made = Gst.parse_launch(text)
    element = made.get_by_name('nice')
    element.set_property('agent', agent)
    element.set_property('stream', stream)
    element.set_property('component', 1)
    return made


source = pipeline('nicesrc name=nice ! appsink name=sink emit-signals=true sync=false')
sink = pipeline('appsrc name=source ! nicesink name=nice sync=false async=false')


def echo(appsink):
    buffer = appsink.emit('pull-sample').get_buffer()
    sink.get_by_name('source').emit('push-buffer', Gst.Buffer.new_wrapped(buffer.extract_dup(0, buffer.get_size())))
    return Gst.FlowReturn.OK


source.get_by_name('sink').connect('new-sample', echo)
agent.connect('candidate-gathering-done', gathered)
agent.connect('component-state-changed', state)
for each in (source, sink):
    each.set_state(Gst.State.PLAYING)
assert agent.gather_candidates(stream)
loop.run()
