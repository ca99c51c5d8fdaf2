// A scheduler with a little of everything in it, so that there is something to see.

import { setTimeout as pause } from "node:timers/promises";

const JOBS = `
tasks:
  - {key: heartbeat, name: Heartbeat, note: still here, every: 5s, after: 0}
  - key: pipeline
    name: Order pipeline
    every: 20s
    after: 1s
    retries: 1
    retry_delay: 2s
    steps:
      - {name: collect, note: 42 orders, run_next_after: 2s}
      - {name: draw, call: {canister: aaaaa-aa, method: raw_rand}, run_next_after: 1s}
      - {name: file, note: done}
  - {key: draw, name: Misspelt draw, call: {canister: aaaaa-aa, method: raw_random}, every: 30s, after: 0, retries: 1, retry_delay: 1s}
  - {key: backup, name: Nightly backup, command: ./backup.sh, daily: "02:30", timezone: Europe/Zurich}
  - {key: report, name: Weekly report, note: sent, cron: "0 8 * * 1", timezone: America/New_York}
  - {key: invoices, name: Invoices, note: written, cron: "0 9 1 * *", timezone: Europe/Berlin}
  - {key: sync, name: Sync contacts, note: in step, cron: "*/15 8-18 * * 1-5", timezone: Europe/Zurich}
  - {key: digest, name: Morning digest, note: sent, daily: "08:00", timezone: Europe/Zurich}
`;

const CODE = `def async_task():
    """Adds up what came in."""
    orders = [12, 7, 23]  # of the day
    total = sum(orders)
    ic.print(f"{len(orders)} orders, {total} in all")
    return total
`;

/** How long it runs before somebody looks. */
const WHILE_MS = 25_000;

/** Fills the scheduler, and answers with the address of each view. */
export async function prepare(server) {
  server.chime("apply", "-f", server.file("jobs.yaml", JOBS));
  server.chime("task", "run", "Nightly backup");
  server.chime("codex", "put", server.file("figures.py", CODE));
  server.chime("codex", "put", server.file("figures.py", CODE.replace("sum(", "max(")));
  server.chime("token", "create", "--role", "viewer");
  await pause(WHILE_MS);
  const tasks = listed(server, "task", "ls").tasks;
  const id = (name) => tasks.find((task) => task.name === name).id;
  const run = (name, status) => {
    const { executions } = listed(server, "execution", "ls", name, "--limit", "50");
    return executions.find((execution) => execution.status === status).id;
  };
  return {
    overview: "/",
    tasks: "/tasks",
    task: `/tasks/${id("Order pipeline")}`,
    form: "/tasks/new",
    edit: `/tasks/${id("Sync contacts")}/edit`,
    failed: `/executions/${run("Misspelt draw", "failed")}`,
    completed: `/executions/${run("Order pipeline", "completed")}`,
    waiting: `/executions/${run("Nightly backup", "waiting")}`,
    grid: "/grid",
    calendar: "/calendar",
    codices: "/codices",
    codex: "/codices/figures?compare=1",
    writing: "/codices/figures/edit",
    failures: "/failures",
    events: "/timeline",
    workers: "/workers",
    settings: "/settings",
  };
}

function listed(server, ...args) {
  return JSON.parse(server.chime(...args, "-o", "json"));
}
