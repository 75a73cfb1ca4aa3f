# SPDX-License-Identifier: Apache-2.0
"""Serving: what the server's own socket owes its readers."""

import asyncio
import socket

from percontact.web.serving import _listen


def test_an_answer_is_sent_at_once_and_does_not_wait_for_a_fuller_packet() -> None:
    """Without TCP_NODELAY each later answer on a browser's connection waits 40 ms for an acknowledgement"""
    told = []

    async def serve() -> None:
        async def reader(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connection = writer.get_extra_info("socket")
            told.append(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listening = _listen("127.0.0.1", 0)
        async with await asyncio.start_server(reader, sock=listening):
            coming, going = await asyncio.open_connection(*listening.getsockname())
            await coming.read()
            going.close()

    asyncio.run(serve())
    assert [bool(each) for each in told] == [True]
