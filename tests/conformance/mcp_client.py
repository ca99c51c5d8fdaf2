"""The MCP client that others wrote in Python, against `chime mcp` over standard input and output.

    mcp_client.py CHIME ARGUMENT...

Prints a line `ok <what>` for everything that was done; ends with an error at the first that fails.
"""

import asyncio
import os
import sys
from typing import Any

from mcp import Client, StdioServerParameters

PATIENCE_SECONDS = 60


def done(what: str) -> None:
    print(f"ok {what}", flush=True)


async def call(client: Client, tool: str, arguments: dict[str, Any]) -> Any:
    """What a tool answers when it succeeds."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, f"{tool}: {result.content}"
    return result.structured_content


async def use(client: Client) -> None:
    names = {tool.name for tool in (await client.list_tools()).tools}
    assert names >= {"create_task", "get_task_executions", "delete_task"}, names
    done("list the tools")

    task = await call(
        client,
        "create_task",
        {
            "name": "made by the MCP client in Python",
            "steps": [{"action": {"note": {"text": "a step"}}}],
            "schedules": [{"rule": {"interval": {"repeat_every_seconds": "1s"}}}],
        },
    )
    done("create a task")

    request = {"task_id": task["id"], "status": "completed"}
    for _ in range(PATIENCE_SECONDS):
        page = await call(client, "get_task_executions", request)
        if page["executions"]:
            break
        await asyncio.sleep(1)
    assert page["executions"], "the task did not fire"
    done("see it fire")

    await call(client, "delete_task", {"task_id": task["id"]})
    gone = await client.call_tool("get_task", {"task_id": task["id"]})
    assert gone.is_error, "the task is still there"
    done("delete it")


async def main() -> None:
    command, *arguments = sys.argv[1:]
    server = StdioServerParameters(command=command, args=arguments, env=dict(os.environ))
    async with Client(server, read_timeout_seconds=PATIENCE_SECONDS) as client:
        await use(client)


asyncio.run(main())
