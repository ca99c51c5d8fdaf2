"""The MCP client that others wrote in Python, against `chime mcp`: a story from beginning to end.

    mcp_client.py stdio MODE CHIME ARGUMENT...
    mcp_client.py http MODE URL

MODE is `auto`, which begins with `server/discover`, or `legacy`, which begins with the handshake
before it. Over HTTP the token is in CHIME_MCP_TOKEN. Prints a line `ok <what>` for everything that
was done; ends with an error at the first that fails.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from typing import Any

from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client

PATIENCE_SECONDS = 60

# The id of a canister that no local network has: calling it fails for good.
NOBODY = "rrkah-fqaaa-aaaaa-aaaaq-cai"


def done(what: str) -> None:
    print(f"ok {what}", flush=True)


class Story:
    """A task that is made, fails, is diagnosed, mended, and deleted."""

    def __init__(self, client: Client, told: asyncio.Queue[str]) -> None:
        self.client = client
        self.told = told
        self.schemas: dict[str, Any] = {}

    async def call(self, tool: str, arguments: dict[str, Any]) -> Any:
        """What a tool answers when it succeeds. What destroys is confirmed."""
        properties = self.schemas[tool].get("properties", {})
        confirmed = {"confirm": True} if "confirm" in properties else {}
        result = await self.client.call_tool(tool, arguments | confirmed)
        assert not result.is_error, f"{tool}: {result.content}"
        return result.structured_content

    async def execution(self, task_id: str, status: str) -> Any:
        """The latest execution with this status, waited for."""
        request = {"task_id": task_id, "status": status}
        for _ in range(PATIENCE_SECONDS):
            page = await self.call("get_task_executions", request)
            if page["executions"]:
                return page["executions"][0]
            await asyncio.sleep(1)
        raise AssertionError(f"no execution of task {task_id} is {status}")

    async def look_around(self) -> None:
        tools = (await self.client.list_tools()).tools
        self.schemas = {tool.name: tool.input_schema for tool in tools}
        assert self.schemas.keys() >= {"create_task", "get_task_executions", "delete_task"}
        done("list the tools")
        resources = [str(item.uri) for item in (await self.client.list_resources()).resources]
        assert "chime://guide" in resources, resources
        guide = await self.client.read_resource("chime://guide")
        assert "task" in guide.contents[0].text
        templates = (await self.client.list_resource_templates()).resource_templates
        assert len(templates) >= 3
        prompts = {prompt.name for prompt in (await self.client.list_prompts()).prompts}
        assert prompts >= {"plan_schedule", "diagnose_task", "review_tasks"}, prompts
        done("list the resources, their templates and the prompts, read the guide")

    async def complete_a_zone(self) -> None:
        from mcp.types import PromptReference

        reference = PromptReference(type="ref/prompt", name="plan_schedule")
        found = await self.client.complete(reference, {"name": "timezone", "value": "zur"})
        assert "Europe/Zurich" in found.completion.values, found
        done("complete a time zone")

    async def live(self) -> None:
        step = {"call": {"canister": NOBODY, "method": "nothing", "arguments": {"text": {"value": "()"}}}}
        task = await self.call(
            "create_task",
            {
                "name": "made by the MCP client in Python",
                "steps": [{"action": step}],
                "schedules": [{"rule": {"interval": {"repeat_every_seconds": "1s"}}}],
            },
        )
        task_id = task["id"]
        done("create a task that will fail")
        async with self.changes(f"chime://task/{task_id}"):
            failed = await self.execution(task_id, "failed")
            await self.hear(f"chime://task/{task_id}")
            done("see it fire and fail, and be told of the change")
            await self.diagnose(task_id, failed)
            mended = {"task_id": task_id, "steps": [{"action": {"note": {"text": "a step"}}}]}
            await self.call("update_task", mended)
            await self.execution(task_id, "completed")
            done("mend it, and see it complete")
        await self.call("delete_task", {"task_id": task_id})
        gone = await self.client.call_tool("get_task", {"task_id": task_id})
        assert gone.is_error, "the task is still there"
        done("delete it")

    async def diagnose(self, task_id: str, failed: Any) -> None:
        assert failed["error"], failed
        prompt = await self.client.get_prompt("diagnose_task", {"task": task_id})
        shown = str([message.content for message in prompt.messages])
        assert NOBODY in shown, shown
        if "explain_failure" in self.schemas:
            explained = await self.call("explain_failure", {"execution_id": failed["id"]})
            assert NOBODY in str(explained), explained
        done("diagnose the failure, from the prompt and from the tool")

    @contextlib.asynccontextmanager
    async def changes(self, uri: str) -> AsyncIterator[None]:
        """Listens to a resource, as the era has it."""
        if self.client.protocol_version >= "2026-07-28":
            async with self.client.listen(resource_subscriptions=[uri]) as subscription:
                assert subscription.honored.resource_subscriptions == [uri]
                listening = asyncio.create_task(self.forward(subscription))
                try:
                    yield
                finally:
                    listening.cancel()
        else:
            await self.client.subscribe_resource(uri)
            yield
            await self.client.unsubscribe_resource(uri)

    async def forward(self, subscription: Any) -> None:
        async for event in subscription:
            self.told.put_nowait(str(event))

    async def hear(self, uri: str) -> None:
        """Waits until the client is told that a resource has changed."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while uri not in await self.told.get():
                pass


@contextlib.asynccontextmanager
async def server(transport: str, target: list[str]) -> AsyncIterator[Any]:
    """What the client connects to."""
    if transport == "stdio":
        command, *arguments = target
        yield StdioServerParameters(command=command, args=arguments, env=dict(os.environ))
        return
    headers = {"Authorization": f"Bearer {os.environ['CHIME_MCP_TOKEN']}"}
    async with create_mcp_http_client(headers=headers) as http_client:
        yield streamable_http_client(target[0], http_client=http_client)


async def main() -> None:
    transport, mode, *target = sys.argv[1:]
    told: asyncio.Queue[str] = asyncio.Queue()

    async def hear(message: Any) -> None:
        told.put_nowait(str(message))

    async with server(transport, target) as place:
        options = {"mode": mode, "read_timeout_seconds": PATIENCE_SECONDS, "message_handler": hear}
        async with Client(place, **options) as client:
            modern = client.protocol_version >= "2026-07-28"
            assert modern == (mode == "auto"), client.protocol_version
            story = Story(client, told)
            await story.look_around()
            await story.complete_a_zone()
            await story.live()


asyncio.run(main())
