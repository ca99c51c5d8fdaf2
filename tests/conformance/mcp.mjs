// The MCP clients that others wrote in TypeScript, against `chime mcp`: a story from beginning to end.
//
//     node mcp.mjs PACKAGE stdio CHIME ARGUMENT...
//     node mcp.mjs PACKAGE http URL
//
// PACKAGE is `@modelcontextprotocol/sdk`, which speaks the era before 2026-07-28, or
// `@modelcontextprotocol/client`, which speaks the one since. Over HTTP the token is in
// CHIME_MCP_TOKEN. Prints a line `ok <what>` for everything that was done; ends with an error at the
// first that fails.

import assert from "node:assert/strict";

const PATIENCE_SECONDS = 60;

// The id of a canister that no local network has: calling it fails for good.
const NOBODY = "rrkah-fqaaa-aaaaa-aaaaq-cai";

const [sdk, transport, ...target] = process.argv.slice(2);
const modern = sdk === "@modelcontextprotocol/client";

async function load() {
  if (modern) {
    const main = await import(sdk);
    const { StdioClientTransport } = await import(`${sdk}/stdio`);
    const { Client, StreamableHTTPClientTransport } = main;
    return { Client, StdioClientTransport, StreamableHTTPClientTransport };
  }
  const { Client } = await import(`${sdk}/client/index.js`);
  const { StdioClientTransport } = await import(`${sdk}/client/stdio.js`);
  const { StreamableHTTPClientTransport } = await import(`${sdk}/client/streamableHttp.js`);
  return { Client, StdioClientTransport, StreamableHTTPClientTransport };
}

const { Client, StdioClientTransport, StreamableHTTPClientTransport } = await load();

function place() {
  if (transport === "stdio") {
    const [command, ...args] = target;
    const given = Object.entries(process.env).filter(([, value]) => value !== undefined);
    return new StdioClientTransport({ command, args, env: Object.fromEntries(given), stderr: "inherit" });
  }
  const headers = { Authorization: `Bearer ${process.env.CHIME_MCP_TOKEN}` };
  return new StreamableHTTPClientTransport(new URL(target[0]), { requestInit: { headers } });
}

const options = modern ? { versionNegotiation: { mode: { pin: "2026-07-28" } } } : {};
const client = new Client({ name: "chime-conformance", version: "0.2.0" }, options);
await client.connect(place());

const schemas = {};

// What destroys is confirmed.
async function call(tool, given) {
  const confirmed = schemas[tool].properties?.confirm ? { confirm: true } : {};
  const result = await client.callTool({ name: tool, arguments: { ...given, ...confirmed } });
  assert.ok(!result.isError, `${tool}: ${JSON.stringify(result.content)}`);
  return result.structuredContent;
}

async function execution(taskId, status) {
  for (let second = 0; second < PATIENCE_SECONDS; second += 1) {
    const page = await call("get_task_executions", { task_id: taskId, status });
    if (page.executions.length > 0) return page.executions[0];
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  throw new Error(`no execution of task ${taskId} is ${status}`);
}

function done(what) {
  console.log(`ok ${what}`);
}

const { tools } = await client.listTools();
for (const tool of tools) schemas[tool.name] = tool.inputSchema;
for (const name of ["create_task", "get_task_executions", "delete_task"]) {
  assert.ok(name in schemas, `${name} is not a tool`);
}
done("list the tools");

const { resources } = await client.listResources();
assert.ok(resources.some((resource) => resource.uri === "chime://guide"));
const { prompts } = await client.listPrompts();
assert.ok(prompts.some((prompt) => prompt.name === "diagnose_task"));
const found = await client.complete({
  ref: { type: "ref/prompt", name: "plan_schedule" },
  argument: { name: "timezone", value: "zur" },
});
assert.ok(found.completion.values.includes("Europe/Zurich"));
done("list the resources and the prompts, complete a time zone");

const nothing = { canister: NOBODY, method: "nothing", arguments: { text: { value: "()" } } };
const task = await call("create_task", {
  name: "made by the MCP client in TypeScript",
  steps: [{ action: { call: nothing } }],
  schedules: [{ rule: { interval: { repeat_every_seconds: "1s" } } }],
});
done("create a task that will fail");

const failed = await execution(task.id, "failed");
assert.equal(failed.task_id, task.id);
done("see it fire and fail");

const prompt = await client.getPrompt({ name: "diagnose_task", arguments: { task: task.id } });
assert.ok(JSON.stringify(prompt.messages).includes(NOBODY), "the prompt does not show the failure");
if ("explain_failure" in schemas) {
  const explained = await call("explain_failure", { execution_id: failed.id });
  assert.ok(JSON.stringify(explained).includes(NOBODY));
}
done("diagnose the failure, from the prompt and from the tool");

await call("update_task", { task_id: task.id, steps: [{ action: { note: { text: "a step" } } }] });
await execution(task.id, "completed");
done("mend it, and see it complete");

await call("delete_task", { task_id: task.id });
const gone = await client.callTool({ name: "get_task", arguments: { task_id: task.id } });
assert.ok(gone.isError, "the task is still there");
done("delete it");

await client.close();
