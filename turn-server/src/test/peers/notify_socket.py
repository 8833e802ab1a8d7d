"""The service manager's end of sd_notify: prints "bound", then a line for each assignment that it is sent. usage: notify_socket.py PATH"""
import socket
import sys

manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.bind(sys.argv[1])
print("bound", flush=True)
while True:
    for line in manager.recv(4096).decode().splitlines():
        print(line, flush=True)
