"""What the tests of the MCP server share: starting the program, and speaking with it."""

import asyncio
import contextlib
import re
import sys
import tempfile
import unittest
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from mcp import Client, StdioServerParameters

# Seconds until the first execution must have completed.
PATIENCE = 60

# Both ways to begin: with `server/discover`, and with the handshake before it.
MODES = ("auto", "legacy")

# Everything that a tool knows, in place of what is usually wanted.
DETAILED = {"response_format": "detailed"}


class Program:
    """The program under test."""

    path = "chime"


@contextlib.asynccontextmanager
async def server(mode: str = "auto") -> AsyncIterator[Client]:
    """A client of a fresh server, which must end by itself when the client goes."""
    with tempfile.TemporaryDirectory(prefix="chime-mcp-") as directory:
        code = Path(directory, "exit-code")
        state = str(Path(directory, "state"))
        parameters = StdioServerParameters(
            command="/bin/sh",
            args=["-c", '"$0" mcp --state "$1"; echo $? >"$2"', Program.path, state, str(code)],
        )
        async with Client(parameters, mode=mode, read_timeout_seconds=PATIENCE) as client:
            yield client
        assert code.exists(), "the server had to be killed"
        assert code.read_text().strip() == "0", f"the server exited with {code.read_text()}"


async def call(client: Client, tool: str, arguments: dict[str, Any]) -> Any:
    """What a tool answers when it succeeds."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, f"{tool}: {result.content}"
    assert result.structured_content is not None, f"{tool} answers without structured content"
    return result.structured_content


async def refusal(client: Client, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The error of a tool that refuses."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error, f"{tool} accepted {arguments}"
    assert result.structured_content is not None, f"{tool} refuses without structured content"
    return result.structured_content


def every_two_seconds(name: str) -> dict[str, Any]:
    """A task with a note, a pause, and a real call of another canister."""
    return {
        "name": name,
        "description": "made by a client that others wrote",
        "steps": [
            {"name": "begin", "action": {"note": {"text": "a step"}}, "run_next_after_seconds": "1s"},
            {
                "name": "draw",
                "action": {
                    "call": {
                        "canister": "aaaaa-aa",
                        "method": "raw_rand",
                        "arguments": {"text": {"value": "()"}},
                    }
                },
                "timeout_seconds": "30s",
            },
        ],
        "schedules": [{"rule": {"interval": {"repeat_every_seconds": "2s"}}}],
    }


async def first_completed(client: Client, task_id: str) -> dict[str, Any]:
    """The first execution that completes."""
    request = {"task_id": task_id, "status": "completed"} | DETAILED
    for _ in range(PATIENCE):
        page = await call(client, "get_task_executions", request)
        if page["executions"]:
            return page["executions"][-1]
        await asyncio.sleep(1)
    everything = await call(client, "get_task_executions", {"task_id": task_id})
    raise AssertionError(f"nothing completed within {PATIENCE} seconds: {everything}")


def instant(text: str) -> datetime:
    """An instant in RFC 3339, in UTC."""
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", text), text
    return datetime.fromisoformat(text[:19] + "+00:00")


def run(modules: list[ModuleType]) -> int:
    """Runs the tests of the modules on the program that the command line names."""
    if len(sys.argv) != 2:
        print("usage: test_mcp.py PROGRAM", file=sys.stderr)
        return 2
    Program.path = str(Path(sys.argv[1]).resolve())
    load = unittest.defaultTestLoader.loadTestsFromModule
    suite = unittest.TestSuite(load(module) for module in modules)
    result = unittest.TextTestRunner(verbosity=2, stream=sys.stdout).run(suite)
    # A test with several failed parts is one failed test.
    failed = len({test.id().split(" ")[0] for test, _ in result.failures + result.errors})
    skipped = len(result.skipped)
    passed = result.testsRun - failed - skipped
    word = "ok" if failed == 0 else "FAILED"
    print(f"test result: {word}. {passed} passed; {failed} failed; {skipped} ignored;")
    return 0 if failed == 0 else 1
