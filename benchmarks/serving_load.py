# SPDX-License-Identifier: Apache-2.0
"""Readers at once: each asks, waits for the whole answer, and asks again. Prints what they saw as JSON.

    python benchmarks/serving_load.py '{"port": 8484, "readers": 200, "seconds": 9, "paths": ["/"]}'

A program of its own, so that it takes no time of the server's. It speaks HTTP over sockets that stay open, and
for Streamlit a session over a WebSocket for each reader (then run it with the peers' Python).

    paths    what is asked, by turns; "once": true = each path by one reader, once
    post     [path, body] asked instead by POST
    session  query strings of Streamlit sessions, asked by turns
"""

import asyncio
import json
import sys
import time


async def main(told) -> dict:
    """All readers, until the time is over."""
    seen, errors, size = [], {}, [0]
    sums: dict[str, set[str]] = {}
    begin = time.perf_counter()
    until = begin + told.get("seconds", 1e9)
    kind = session if "session" in told else reader
    readers = [kind(told, at, until, seen, errors, size, sums) for at in range(told["readers"])]
    await asyncio.gather(*readers)
    return {
        "seconds": time.perf_counter() - begin,
        "ms": [round(s * 1000, 2) for s in seen],
        "errors": errors,
        "bytes": size[0],
        "answers": {path: sorted(found) for path, found in sums.items()},
    }


async def reader(told, at, until, seen, errors, size, sums) -> None:
    """One reader on one connection, opened again where the server closed it."""
    paths = told.get("paths", [])
    turn, source = at, None
    while time.perf_counter() < until:
        path = told["post"][0] if "post" in told else paths[turn % len(paths)]
        began = time.perf_counter()
        try:
            if source is None:
                source = await asyncio.open_connection("127.0.0.1", told["port"])
            status, body = await ask(source, told["port"], path, told.get("post"), told.get("packed", True))
            seen.append(time.perf_counter() - began)
            size[0] += len(body)
            if status != 200:
                errors[str(status)] = errors.get(str(status), 0) + 1
            if told.get("keep"):
                sums.setdefault(path, set()).add(f"{hash_of(body)}")
        except (OSError, asyncio.IncompleteReadError, ValueError) as error:
            errors[type(error).__name__] = errors.get(type(error).__name__, 0) + 1
            source = None
        turn += told["readers"] if told.get("once") else 1
        if told.get("once") and turn >= len(paths):
            break
        if told.get("think"):
            await asyncio.sleep(told["think"])
    if source:
        source[1].close()


async def ask(source, port, path, post, packed) -> tuple[int, bytes]:
    """One request; its status and body as it came over the wire."""
    coming, going = source
    body = json.dumps(post[1]).encode() if post else b""
    lines = [
        f"{'POST' if post else 'GET'} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept: text/html,*/*",
        *(["Accept-Encoding: gzip"] if packed else []),
        *(["Content-Type: application/json", f"Content-Length: {len(body)}"] if post else []),
    ]  # fmt: skip
    going.write("\r\n".join([*lines, "", ""]).encode() + body)
    await going.drain()
    head = (await coming.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = int(head.split(" ", 2)[1])
    fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
    if "content-length" in fields:
        return status, await coming.readexactly(int(fields["content-length"]))
    found = b""
    while size := int(await coming.readline(), 16):
        found += await coming.readexactly(size)
        await coming.readexactly(2)
    await coming.readexactly(2)
    return status, found


def hash_of(body: bytes) -> str:
    """A body, shortened to what tells it from another."""
    import hashlib

    return hashlib.sha256(body).hexdigest()[:16]


async def session(told, at, until, seen, errors, size, sums) -> None:
    """One Streamlit session: it runs the page with one query string after another."""
    import websockets
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    asked, turn = told["session"], at
    try:
        async with websockets.connect(
            f"ws://127.0.0.1:{told['port']}/_stcore/stream", subprotocols=["streamlit"], max_size=None,
            open_timeout=120, ping_timeout=None,
        ) as line:  # fmt: skip
            while time.perf_counter() < until:
                message = BackMsg()
                message.rerun_script.query_string = asked[turn % len(asked)]
                began = time.perf_counter()
                await line.send(message.SerializeToString())
                while True:
                    got = await line.recv()
                    size[0] += len(got)
                    found = ForwardMsg()
                    found.ParseFromString(got)
                    if found.WhichOneof("type") == "script_finished":
                        break
                seen.append(time.perf_counter() - began)
                turn += told["readers"] if told.get("once") else 1
                if told.get("once") and turn >= len(asked):
                    break
    except Exception as error:  # whatever ends a session is counted, not looked into
        errors[type(error).__name__] = errors.get(type(error).__name__, 0) + 1


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(json.loads(sys.argv[1])))))
