// The MCP clients that others wrote in TypeScript list the tools of any interface:
//
//     node mcp_list.mjs PACKAGE DIRECTORY CHIME ARGUMENT...
//
// A server is started for each interface in DIRECTORY. Prints a line `ok <what>` at the end.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";

const [sdk, directory, command, ...given] = process.argv.slice(2);
const modern = sdk === "@modelcontextprotocol/client";

const { Client } = await import(modern ? sdk : `${sdk}/client/index.js`);
const { StdioClientTransport } = await import(modern ? `${sdk}/stdio` : `${sdk}/client/stdio.js`);

const files = readdirSync(directory).filter((name) => name.endsWith(".did"));
assert.ok(files.length > 0, "there is no interface");
for (const file of files) {
  const args = [...given, "--did", join(directory, file)];
  const client = new Client({ name: "chime-conformance", version: "0.2.0" });
  await client.connect(new StdioClientTransport({ command, args, env: process.env, stderr: "inherit" }));
  const { tools } = await client.listTools();
  assert.ok(tools.length > 0, `${file}: no tools`);
  for (const tool of tools) assert.equal(tool.inputSchema.type, "object", file);
  await client.close();
}
console.log(`ok list the tools of ${files.length} random interfaces`);
