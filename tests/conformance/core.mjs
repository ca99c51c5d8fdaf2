// @icp-sdk/core against a scheduler: query, update and read_state, all verified.
//
//     CHIME_URL, CHIME_ROOT_KEY (hexadecimal), CHIME_SCHEDULER: node core.mjs
//
// Prints a line `ok <what>` for everything that was done; ends with an error at the first that
// fails. The root key comes from whoever started the network, never from the network itself.

import assert from "node:assert/strict";

import { CanisterStatus, HttpAgent } from "@icp-sdk/core/agent";
import { IDL } from "@icp-sdk/core/candid";
import { Ed25519KeyIdentity } from "@icp-sdk/core/identity";
import { Principal } from "@icp-sdk/core/principal";

const PATIENCE_SECONDS = 60;

const { CHIME_URL, CHIME_ROOT_KEY, CHIME_SCHEDULER } = process.env;
const rootKey = Uint8Array.from(Buffer.from(CHIME_ROOT_KEY, "hex"));
const scheduler = Principal.fromText(CHIME_SCHEDULER);
const identity = Ed25519KeyIdentity.generate();

// The fields of the scheduler's records that are used here: the others are optional.
const Failure = IDL.Record({ rule: IDL.Text, fix: IDL.Text });
const answer = (type) => IDL.Variant({ Ok: type, Err: Failure });
const Schedule = IDL.Record({
  rule: IDL.Variant({ interval: IDL.Record({ repeat_every_seconds: IDL.Nat64 }) }),
});
const Step = IDL.Record({
  action: IDL.Variant({ note: IDL.Record({ text: IDL.Text }) }),
});
const NewTask = IDL.Record({
  name: IDL.Text,
  steps: IDL.Vec(Step),
  schedules: IDL.Vec(Schedule),
});
const Task = IDL.Record({ id: IDL.Nat64, name: IDL.Text, total_executions: IDL.Nat64 });
const TaskId = IDL.Record({ task_id: IDL.Nat64 });
const Tasks = IDL.Record({ tasks: IDL.Vec(Task), total_tasks: IDL.Nat64 });

function agent(key) {
  return HttpAgent.create({
    host: CHIME_URL,
    identity,
    rootKey: key,
    verifyQuerySignatures: true,
    retryTimes: 0,
  });
}

const network = await agent(rootKey);

async function query(method, type, value, result) {
  const arg = IDL.encode([type], [value]);
  const response = await network.query(scheduler, { methodName: method, arg });
  assert.equal(response.status, "replied", `${method}: ${response.reject_message}`);
  return ok(method, IDL.decode([answer(result)], response.reply.arg)[0]);
}

async function update(method, type, value, result, through = network) {
  const arg = IDL.encode([type], [value]);
  const { reply } = await through.update(scheduler, { methodName: method, arg });
  return ok(method, IDL.decode([answer(result)], reply)[0]);
}

function ok(method, value) {
  assert.ok("Ok" in value, `${method}: ${value.Err?.rule}. ${value.Err?.fix}`);
  return value.Ok;
}

function done(what) {
  console.log(`ok ${what}`);
}

const myTasks = () => query("get_my_tasks", IDL.Record({}), {}, Tasks);

assert.equal((await myTasks()).total_tasks, 0n);
done("query, the node's signature verified");

const task = await update(
  "create_task",
  NewTask,
  {
    name: "made by core",
    steps: [{ action: { note: { text: "a step" } } }],
    schedules: [{ rule: { interval: { repeat_every_seconds: 1n } } }],
  },
  Task,
);
assert.equal(task.name, "made by core");
done("update, the certificate verified");

let runs = 0n;
for (let second = 0; second < PATIENCE_SECONDS && runs === 0n; second += 1) {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  runs = (await myTasks()).tasks[0].total_executions;
}
assert.ok(runs > 0n, "the task did not fire");
await update("delete_task", TaskId, { task_id: task.id }, IDL.Record({}));
done("a task fires and is deleted");

const status = await CanisterStatus.request({
  canisterId: scheduler,
  agent: network,
  paths: ["time", "controllers", "module_hash", "candid", "subnet"],
});
assert.match(status.get("candid"), /create_task/);
assert.equal(status.get("controllers").length, 1);
assert.match(status.get("module_hash"), /^(0x)?[0-9a-f]{64}$/);
assert.ok(Math.abs(Date.now() - status.get("time").getTime()) < 60_000);
done("read_state of interface, controllers, module hash, subnet and time, verified");

// Without a root key of ours the agent believes the mainnet's only.
const mainnet = await agent(undefined);
await assert.rejects(
  update("delete_task", TaskId, { task_id: task.id }, IDL.Record({}), mainnet),
  /Signature verification failed/,
);
done("an answer is refused under the root key of another network");
