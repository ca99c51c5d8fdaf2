// The MCP client that others wrote in TypeScript, against `chime mcp` over standard input and output.
//
//     node mcp.mjs CHIME ARGUMENT...
//
// Prints a line `ok <what>` for everything that was done; ends with an error at the first that
// fails.

import assert from "node:assert/strict";

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

const PATIENCE_SECONDS = 60;

const [command, ...args] = process.argv.slice(2);
const client = new Client({ name: "chime-conformance", version: "0.2.0" });
const env = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== undefined));
await client.connect(new StdioClientTransport({ command, args, env, stderr: "inherit" }));

async function call(tool, given) {
  const result = await client.callTool({ name: tool, arguments: given });
  assert.ok(!result.isError, `${tool}: ${JSON.stringify(result.content)}`);
  return result.structuredContent;
}

function done(what) {
  console.log(`ok ${what}`);
}

const { tools } = await client.listTools();
const names = new Set(tools.map((tool) => tool.name));
for (const name of ["create_task", "get_task_executions", "delete_task"]) {
  assert.ok(names.has(name), `${name} is not a tool`);
}
done("list the tools");

const task = await call("create_task", {
  name: "made by the MCP client in TypeScript",
  steps: [{ action: { note: { text: "a step" } } }],
  schedules: [{ rule: { interval: { repeat_every_seconds: "1s" } } }],
});
done("create a task");

let fired = [];
for (let second = 0; second < PATIENCE_SECONDS && fired.length === 0; second += 1) {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const page = await call("get_task_executions", { task_id: task.id, status: "completed" });
  fired = page.executions;
}
assert.equal(fired[0]?.task_id, task.id, "the task did not fire");
done("see it fire");

await call("delete_task", { task_id: task.id });
const gone = await client.callTool({ name: "get_task", arguments: { task_id: task.id } });
assert.ok(gone.isError, "the task is still there");
done("delete it");

await client.close();
