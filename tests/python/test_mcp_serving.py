"""How `chime mcp` serves: both transports, resources and their changes, and how it ends."""

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import tempfile
import unittest
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client
from support import PATIENCE, Program, call, every_two_seconds

TOKEN = "a-token-for-these-tests"


@dataclass
class Server:
    """A process that runs, and the lines that it has written to its standard error."""

    process: asyncio.subprocess.Process
    first: str

    def ends(self, how: signal.Signals) -> None:
        self.process.send_signal(how)

    async def code(self) -> int:
        return await asyncio.wait_for(self.process.wait(), PATIENCE)


@contextlib.asynccontextmanager
async def running(arguments: list[str], until: str) -> AsyncIterator[Server]:
    """The program, from a line that it writes to its standard error or output on."""
    process = await asyncio.create_subprocess_exec(
        Program.path,
        *arguments,
        env=os.environ | {"CHIME_MCP_TOKEN": TOKEN},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    try:
        seen = ""
        while until not in seen:
            line = (await asyncio.wait_for(process.stdout.readline(), PATIENCE)).decode()
            assert line, f"it ended: {seen}"
            seen += line
        yield Server(process, seen)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def url(server: Server) -> str:
    """Where an HTTP server says that it listens."""
    found = re.search(r"http://\S+/mcp", server.first)
    assert found, server.first
    return found.group()


@contextlib.asynccontextmanager
async def client_of(address: str, mode: str = "auto") -> AsyncIterator[Client]:
    """A client over HTTP."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with create_mcp_http_client(headers=headers) as http_client:
        place = streamable_http_client(address, http_client=http_client)
        async with Client(place, mode=mode, read_timeout_seconds=PATIENCE) as client:
            yield client


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Ending(unittest.IsolatedAsyncioTestCase):
    """The server ends by itself, with nothing wrong, whoever is still there."""

    async def test_should_end_over_http_with_sessions_open(self) -> None:
        for how in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=how), tempfile.TemporaryDirectory() as state:
                arguments = ["mcp", "--state", state, "--http", "127.0.0.1:0"]
                async with running(arguments, "Serving") as server:
                    self.assertEqual(await self.ended_under_clients(server, how), 0)

    async def ended_under_clients(self, server: Server, how: signal.Signals) -> int | None:
        """The exit code of a server that is ended while a client of each era is connected."""
        code = None
        # The clients complain that their server has gone.
        with contextlib.suppress(Exception):
            async with client_of(url(server), "legacy") as old, client_of(url(server)) as new:
                await old.list_tools()
                async with new.listen(resources_list_changed=True):
                    server.ends(how)
                    code = await server.code()
        return code

    async def test_should_end_on_standard_streams_with_a_session_open(self) -> None:
        begin = json.dumps(
            {
                "jsonrpc": "2.0",
                "id": 1,
                "method": "initialize",
                "params": {
                    "protocolVersion": "2025-11-25",
                    "capabilities": {},
                    "clientInfo": {"name": "test", "version": "1"},
                },
            }
        )
        for how in (signal.SIGINT, signal.SIGTERM, None):
            with self.subTest(signal=how), tempfile.TemporaryDirectory() as state:
                async with running(["mcp", "--state", state], "installing") as server:
                    streams = server.process
                    assert streams.stdin is not None and streams.stdout is not None
                    streams.stdin.write(begin.encode() + b"\n")
                    while b'"id":1' not in await asyncio.wait_for(streams.stdout.readline(), PATIENCE):
                        pass
                    if how is None:
                        streams.stdin.close()
                    else:
                        server.ends(how)
                    self.assertEqual(await server.code(), 0)


class Access(unittest.IsolatedAsyncioTestCase):
    """Who is let in."""

    async def test_should_make_a_token_and_say_it_once(self) -> None:
        with tempfile.TemporaryDirectory() as state:
            process = await asyncio.create_subprocess_exec(
                Program.path, "mcp", "--state", state, "--http", "127.0.0.1:0",
                env={name: value for name, value in os.environ.items() if name != "CHIME_MCP_TOKEN"},
                stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            assert process.stderr is not None
            seen = ""
            while "Serving" not in seen:
                seen += (await asyncio.wait_for(process.stderr.readline(), PATIENCE)).decode()
            process.terminate()
            self.assertEqual(await asyncio.wait_for(process.wait(), PATIENCE), 0)
            [token] = re.findall(r"Token for this run: ([0-9a-f]{64})", seen)
            self.assertEqual(seen.count(token), 1)

    async def test_should_refuse_a_weak_token_before_anything_else(self) -> None:
        process = await asyncio.create_subprocess_exec(
            Program.path, "mcp", "--http", "--token", "guess", stderr=asyncio.subprocess.PIPE
        )
        _, message = await asyncio.wait_for(process.communicate(), PATIENCE)
        self.assertEqual(process.returncode, 2)
        self.assertIn(b"16 visible ASCII characters", message)


class Resources(unittest.IsolatedAsyncioTestCase):
    """What can be read, and what is told of it."""

    async def test_should_show_tasks_as_tools_do(self) -> None:
        with tempfile.TemporaryDirectory() as state:
            parameters = StdioServerParameters(
                command=Program.path, args=["mcp", "--state", state]
            )
            async with Client(parameters, read_timeout_seconds=PATIENCE) as client:
                made = await call(client, "create_task", every_two_seconds("shown"))
                uri = f"chime://task/{made['id']}"
                listed = {str(item.uri): item for item in (await client.list_resources()).resources}
                self.assertEqual(listed[uri].name, "shown")
                task = await self.read(client, uri)
                self.assertEqual(task["id"], made["id"])
                self.assertRegex(task["next_run_at"], r"^\d{4}-\d\d-\d\dT.*Z$")
                executions = await self.read(client, f"{uri}/executions")
                self.assertIsInstance(executions["executions"], list)

    async def read(self, client: Client, uri: str) -> Any:
        [contents] = (await client.read_resource(uri)).contents
        self.assertEqual(contents.mime_type, "application/json")
        return json.loads(contents.text)

    async def test_should_go_on_telling_after_the_network_was_away(self) -> None:
        with tempfile.TemporaryDirectory() as state:
            up = ["up", "--state", state, "--port", str(free_port())]
            async with running(up, "Network") as network:
                serve = ["mcp", "--state", state, "--http", "127.0.0.1:0"]
                async with running(serve, "Serving") as server, client_of(url(server)) as client:
                    made = await call(client, "create_task", every_two_seconds("told of"))
                    uri = f"chime://task/{made['id']}"
                    async with client.listen(resource_subscriptions=[uri]) as changes:
                        await asyncio.wait_for(anext(aiter(changes)), PATIENCE)
                        network.process.kill()
                        await network.code()
                        refused = await client.call_tool("get_task", {"task_id": made["id"]})
                        self.assertTrue(refused.is_error)
                        await self.drain(changes)
                        async with running(up, "Network"):
                            event = await asyncio.wait_for(anext(aiter(changes)), PATIENCE)
                            self.assertIn(uri, str(event))

    async def drain(self, changes: Any) -> None:
        """Takes what was told before the network was away."""
        with contextlib.suppress(TimeoutError):
            while True:
                await asyncio.wait_for(anext(aiter(changes)), 3)


class Installing(unittest.TestCase):
    """The configuration of a client."""

    def test_should_write_a_configuration_that_starts_the_server(self) -> None:
        asyncio.run(self.install())

    async def install(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory, "config.json")
            file.write_text('{"theme": "dark"}')
            state = str(Path(directory, "state"))
            install = ["--state", state, "mcp", "install", "--client", "cursor", "--file", str(file)]
            for _ in range(2):
                process = await asyncio.create_subprocess_exec(
                    Program.path, *install, stdout=asyncio.subprocess.PIPE
                )
                await process.communicate()
                self.assertEqual(process.returncode, 0)
            written = json.loads(file.read_text())
            self.assertEqual(written["theme"], "dark")
            self.assertEqual(sorted(os.listdir(directory)), ["config.json", "config.json.bak"])
            entry = written["mcpServers"]["chime"]
            parameters = StdioServerParameters(command=entry["command"], args=entry["args"])
            async with Client(parameters, read_timeout_seconds=PATIENCE) as client:
                self.assertTrue((await client.list_tools()).tools)
            self.assertTrue(Path(state).is_dir())
