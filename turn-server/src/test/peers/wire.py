"""A wire with a length: joins two interfaces, delivers each frame later, and tells of the connectivity checks that pass.

Prints 'valid' and the monotonic time in microseconds whenever a check of the agent at the near end is answered, and then 'nominated' if the
check nominated. Arguments: the interface towards the agent, the other one, how many milliseconds a frame takes.
"""
import heapq
import select
import socket
import struct
import sys
import time

COOKIE = struct.pack('!I', 0x2112A442)
REQUEST, SUCCESS, SEND, DATA = 0x0001, 0x0101, 0x0016, 0x0017
USERNAME, DATA_ATTRIBUTE, USE_CANDIDATE = 0x0006, 0x0013, 0x0025


def bound(interface):
    made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    made.bind((interface, 0))
    return made


def udp(frame):
    """Where the payload of a datagram begins, or 0."""
    if frame[12:14] != b'\x08\x00' or frame[23] != socket.IPPROTO_UDP:
        return 0
    return 14 + (frame[14] & 15) * 4 + 8


def check(payload):
    """Type, transaction, whether it names a user, whether it nominates: of a Binding message, which may be on its way to or from a relay."""
    if len(payload) > 4 and payload[0] & 0xC0 == 0x40:
        return check(payload[4:])
    if len(payload) < 20 or payload[4:8] != COOKIE:
        return None
    kind, attributes, at = int.from_bytes(payload[:2], 'big'), {}, 20
    while at + 4 <= len(payload):
        attribute, length = struct.unpack_from('!HH', payload, at)
        attributes[attribute] = payload[at + 4:at + 4 + length]
        at += 4 + (length + 3 & ~3)
    if kind in (SEND, DATA):
        return check(attributes.get(DATA_ATTRIBUTE, b''))
    return kind, bytes(payload[8:20]), USERNAME in attributes, USE_CANDIDATE in attributes


def main():
    near, far, delay = bound(sys.argv[1]), bound(sys.argv[2]), float(sys.argv[3]) / 1000
    asked, queue, number = {}, [], 0
    print('ready', flush=True)
    while True:
        wait = max(0, queue[0][0] - time.monotonic()) if queue else None
        for source in select.select([near, far], [], [], wait)[0]:
            frame, address = source.recvfrom(65536)
            if address[2] == socket.PACKET_OUTGOING:
                continue
            frame, start = bytearray(frame), udp(frame)
            if start:
                frame[start - 2:start] = b'\0\0'  # the checksum is left to interfaces that have none; IPv4 does without
            seen = check(frame[start:]) if start else None
            if seen and source is near and seen[0] == REQUEST and seen[2]:
                asked[seen[1]] = seen[3]
            answers = seen[1] if seen and source is far and seen[0] == SUCCESS else None
            number += 1
            heapq.heappush(queue, (time.monotonic() + delay, number, far if source is near else near, frame, answers))
        while queue and queue[0][0] <= time.monotonic():
            _, _, to, frame, answers = heapq.heappop(queue)
            to.send(frame)
            if answers in asked:
                now = int(time.monotonic() * 1e6)
                print('valid', now, flush=True)
                if asked[answers]:
                    print('nominated', now, flush=True)


main()
