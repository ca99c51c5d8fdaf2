"""The MCP client that others wrote in Python lists the tools of any interface:

    mcp_list.py DIRECTORY CHIME ARGUMENT...

A server is started for each interface in DIRECTORY. Prints a line `ok <what>` at the end.
"""

import asyncio
import os
import sys
from pathlib import Path

from mcp import Client, StdioServerParameters

PATIENCE_SECONDS = 60


async def main() -> None:
    directory, command, *arguments = sys.argv[1:]
    files = sorted(Path(directory).glob("*.did"))
    assert files, "there is no interface"
    for file in files:
        given = [*arguments, "--did", str(file)]
        server = StdioServerParameters(command=command, args=given, env=dict(os.environ))
        async with Client(server, read_timeout_seconds=PATIENCE_SECONDS) as client:
            tools = (await client.list_tools()).tools
            assert tools, f"{file}: no tools"
            assert all(tool.input_schema["type"] == "object" for tool in tools), file
    print(f"ok list the tools of {len(files)} random interfaces", flush=True)


asyncio.run(main())
