"""Hands open UDP sockets to a daemon as systemd would: descriptors 3 and up, LISTEN_FDS and LISTEN_PID. usage: socket_holder.py COUNT COMMAND…"""
import os
import socket
import sys

count = int(sys.argv[1])
sockets = []
port = 0
for i in range(count):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    s.bind(("127.0.0.1", port))
    port = s.getsockname()[1]
    sockets.append(s)
print("port", port, flush=True)
# Out of the way first: a socket may itself be one of the descriptors 3 and up.
for i, s in enumerate(sockets):
    os.dup2(s.fileno(), 100 + i)
for i in range(count):
    os.dup2(100 + i, 3 + i, inheritable=True)
os.environ.update(LISTEN_FDS=str(count), LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES=":".join(["turn"] * count))
os.execvp(sys.argv[2], sys.argv[2:])
