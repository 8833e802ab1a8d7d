"""A relay-only aiortc client: calls an endpoint with a 1 kHz tone, records what it hears, restarts ICE if asked.

usage: aiortc_client.py PAGE ENDPOINT WAV ROLE RESTART
ROLE is the ICE role it begins in: controlling, or controlled with the smallest (controlled-low) or largest (controlled-high) tie-breaker.
"""
import asyncio
import fractions
import json
import math
import struct
import sys
import urllib.request
import wave

import aioice
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription, rtcicetransport
from aiortc.mediastreams import AudioStreamTrack
from av import AudioFrame

RATE = 48000
plain_kwargs = rtcicetransport.connection_kwargs


def relay_only(servers):
    kwargs = plain_kwargs(servers)
    kwargs["transport_policy"] = aioice.ice.TransportPolicy.RELAY
    return kwargs


rtcicetransport.connection_kwargs = relay_only


def http(method, url, body=b"", headers=None):
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode(), answer.headers


class Tone(AudioStreamTrack):
    """Sends 1 kHz in real time."""

    async def recv(self):
        frame = await super().recv()
        samples = frame.samples
        tone = AudioFrame(format="s16", layout="mono", samples=samples)
        rate = frame.sample_rate
        at = frame.pts
        data = b"".join(struct.pack("<h", int(12000 * math.sin(2 * math.pi * 1000 * (at + i) / rate))) for i in range(samples))
        tone.planes[0].update(data)
        tone.pts = at
        tone.sample_rate = rate
        tone.time_base = fractions.Fraction(1, rate)
        return tone


class Wire:
    """Receives from every ICE connection of the session's life, sends on the latest."""

    def __init__(self, transport):
        self.transport = transport
        self.queue = asyncio.Queue()
        transport._recv = self.queue.get
        transport.on("statechange", lambda: transport.state == "completed" and self.use(transport._connection))

    def use(self, connection):
        self.transport._send = connection.send
        self.task = asyncio.ensure_future(self.pump(connection))

    async def pump(self, connection):
        while True:
            try:
                await self.queue.put(await connection.recv())
            except ConnectionError:
                return


async def record(track, path, seconds):
    with wave.open(path, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        written = 0
        while written < seconds * RATE:
            frame = await asyncio.wait_for(track.recv(), 15)
            step = 2 * len(frame.layout.channels)
            data = bytes(frame.planes[0])[: frame.samples * step]
            out.writeframes(b"".join(data[i : i + 2] for i in range(0, len(data), step)))
            written += frame.samples


async def restart(page, location, server, wire):
    fresh = aioice.Connection(ice_controlling=True, **relay_only([server]))
    await fresh.gather_candidates()
    lines = ["a=ice-ufrag:" + fresh.local_username, "a=ice-pwd:" + fresh.local_password, "m=audio 9 UDP/TLS/RTP/SAVPF 0", "a=mid:0"]
    lines += ["a=candidate:" + c.to_sdp() for c in fresh.local_candidates]
    headers = {"Content-Type": "application/trickle-ice-sdpfrag", "If-Match": "*"}
    answer, _ = http("PATCH", page + location[1:], ("\r\n".join(lines) + "\r\n").encode(), headers)
    for line in answer.split("\r\n"):
        if line.startswith("a=ice-ufrag:"):
            fresh.remote_username = line[12:]
        elif line.startswith("a=ice-pwd:"):
            fresh.remote_password = line[10:]
        elif line.startswith("a=candidate:"):
            await fresh.add_remote_candidate(aioice.Candidate.from_sdp(line[12:]))
    await fresh.add_remote_candidate(None)
    await fresh.connect()
    wire.use(fresh)


async def main(page, endpoint, path, role, wants_restart):
    credentials = json.loads(http("POST", page + "api/v1/credentials")[0])["iceServers"][0]
    server = RTCIceServer(urls=credentials["urls"], username=credentials["username"], credential=credentials["credential"])
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[server]))
    heard = asyncio.get_event_loop().create_future()
    pc.on("track", heard.set_result)
    pc.addTrack(Tone())
    await pc.setLocalDescription(await pc.createOffer())
    transport = pc.getSenders()[0].transport.transport
    if role != "controlling":
        transport._connection.ice_controlling = False
        transport._role_set = True
        transport._connection._tie_breaker = 0 if role == "controlled-low" else 2**64 - 1
    wire = Wire(transport)
    answer, headers = http("POST", page + "call/" + endpoint, pc.localDescription.sdp.encode(), {"Content-Type": "application/sdp"})
    await pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    track = await asyncio.wait_for(heard, 15)
    await record(track, path, 3)
    call = page + "api/v1/calls/" + headers["Location"].split("/")[-1]
    result = {"first": json.loads(http("GET", call)[0])}
    if wants_restart:
        await restart(page, headers["Location"], server, wire)
        await record(track, path, 3)
        result["second"] = json.loads(http("GET", call)[0])
    http("DELETE", page + headers["Location"][1:])
    print("RESULT " + json.dumps(result), flush=True)


asyncio.get_event_loop().run_until_complete(asyncio.wait_for(main(*sys.argv[1:5], sys.argv[5] == "restart"), 60))
sys.stdout.flush()
import os

os._exit(0)
