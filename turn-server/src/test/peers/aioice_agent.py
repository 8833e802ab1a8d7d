"""An aioice agent: prints its description, reads the other side's, says when it is connected, and echoes what it gets.

The description is one line of JSON: ufrag, pwd, candidates. Arguments: controlling or controlled, the server's address, its port.
"""
import asyncio
import json
import sys
import time

import aioice


async def main():
    role, server, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
    connection = aioice.Connection(ice_controlling=role == 'controlling', stun_server=(server, port), turn_server=(server, port),
                                   turn_username='alice', turn_password='secret', use_ipv6=False)
    await connection.gather_candidates()
    print(json.dumps({'ufrag': connection.local_username, 'pwd': connection.local_password,
                      'candidates': [c.to_sdp() for c in connection.local_candidates]}), flush=True)
    line = await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    remote = json.loads(line)
    connection.remote_username, connection.remote_password = remote['ufrag'], remote['pwd']
    began = time.monotonic()
    print('began', int(began * 1e6), flush=True)
    for each in remote['candidates']:
        await connection.add_remote_candidate(aioice.Candidate.from_sdp(each))
    await connection.add_remote_candidate(None)
    await connection.connect()
    print('connected', int((time.monotonic() - began) * 1e6), flush=True)
    while True:
        await connection.send(await connection.recv())


try:
    asyncio.run(main())
except ConnectionError as e:
    print('failed', e, flush=True)
