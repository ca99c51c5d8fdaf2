"""The steps with `icp`: a network, a deployment, and everything that follows it."""

import hashlib
import re
import time
from collections.abc import Callable

from environment import ROOT
from project import Project
from report import Client, Report

PATIENCE_SECONDS = 60

EVERY_SECOND = """(record {
  name = "made by icp";
  steps = vec { record { action = variant { note = record { "text" = "a step" } } } };
  schedules = vec {
    record { rule = variant { interval = record { repeat_every_seconds = 1 : nat64 } } }
  };
})"""


def eventually(what: str, happened: Callable[[], bool]) -> None:
    """Looks once a second."""
    for _ in range(PATIENCE_SECONDS):
        if happened():
            return
        time.sleep(1)
    raise AssertionError(f"{what} did not happen within {PATIENCE_SECONDS} seconds")


def number(text: str, name: str) -> int:
    """The first number of that name in Candid's text."""
    found = re.search(rf"\b{name} = ([0-9_]+)", text)
    assert found, f"{name} is not in: {text}"
    return int(found[1].replace("_", ""))


def my_tasks(project: Project) -> str:
    return project.query("scheduler", "get_my_tasks", "(record {})")


def start_and_deploy(project: Project, client: Client, report: Report) -> None:
    with report.step(client, "`network start` with `chime-launcher`, an identity given ICP and cycles"):
        project.icp("identity", "new", "--storage", "plaintext", "conformance")
        project.icp("network", "start", "--background")
        assert project.icp("network", "ping").count("healthy") == 1
        assert "1000000.00000000 ICP" in project.mine("token", "balance")
        assert number("balance = " + project.mine("cycles", "balance").split()[1], "balance") >= 10**15
    with report.step(client, "`deploy` of this project, the scheduler in chunks"):
        project.mine("deploy")
    with report.step(client, "`canister metadata`: the interface of the scheduler"):
        assert project.icp("canister", "metadata", "scheduler", "candid:service").strip() == (
            (ROOT / "scheduler.did").read_text().strip()
        )


def trap(project: Project) -> str:
    """Makes a canister trap on an argument that is not Candid, and returns what `icp` says to it."""
    try:
        return project.mine("canister", "call", "caller", "schedule_me", "4449", "--args-format", "hex")
    except RuntimeError as error:
        return str(error)


def use(project: Project, client: Client, report: Report) -> None:
    with report.step(client, "`canister call`: `create_task`, `get_my_tasks`; the task fires"):
        made = project.call("scheduler", "create_task", EVERY_SECOND)
        assert number(my_tasks(project), "total_tasks") == 1, made
        eventually("a run", lambda: number(my_tasks(project), "total_executions") > 0)
    with report.step(client, "`canister status`"):
        status = project.mine("canister", "status", "scheduler")
        module = (ROOT / "target" / "wasm" / "scheduler.wasm.gz").read_bytes()
        assert hashlib.sha256(module).hexdigest() in status, status
        assert "Status: Running" in status, status
    with report.step(client, "`canister settings update`, `canister top-up`, `cycles transfer`"):
        project.mine("canister", "settings", "update", "caller", "--freezing-threshold", "60d")
        settings = project.mine("canister", "settings", "show", "caller")
        assert "Freezing threshold: 5_184_000" in settings, settings
        project.mine("canister", "top-up", "scheduler", "--amount", "1t")
        project.mine("cycles", "transfer", "1t", "aaaaa-aa")
    with report.step(client, "`canister logs`: those of a trap"):
        trapped = trap(project)
        logs = project.mine("canister", "logs", "caller")
        assert "[TRAP]" in logs and "Cannot parse header 4449" in logs, f"{logs}\n{trapped}"


def snapshots(project: Project, client: Client, report: Report) -> None:
    with report.step(client, "`canister snapshot` create, list, restore"):
        project.mine("canister", "stop", "scheduler")
        snapshot = project.mine("canister", "snapshot", "create", "scheduler", "--quiet").strip()
        assert snapshot in project.mine("canister", "snapshot", "list", "scheduler")
        project.mine("canister", "start", "scheduler")
        project.call("scheduler", "create_task", EVERY_SECOND)
        assert number(my_tasks(project), "total_tasks") == 2
        project.mine("canister", "stop", "scheduler")
        project.mine("canister", "snapshot", "restore", "scheduler", snapshot)
        project.mine("canister", "start", "scheduler")
        assert number(my_tasks(project), "total_tasks") == 1


def upgrade(project: Project, client: Client, report: Report) -> None:
    with report.step(client, "`deploy` again, an upgrade that keeps the tasks, which go on firing"):
        project.mine("deploy")
        before = number(my_tasks(project), "total_executions")
        assert number(my_tasks(project), "total_tasks") == 1
        eventually("a run", lambda: number(my_tasks(project), "total_executions") > before)


def stop(project: Project, client: Client, report: Report) -> None:
    with report.step(client, "`network stop`"):
        project.icp("network", "stop")
        log = project.directory / ".icp/cache/networks/local/network-launcher/stderr.log"
        assert "stopping on SIGINT" in log.read_text(), log.read_text()


def motoko(project: Project, client: Client, report: Report, scheduler: str) -> None:
    with report.step(client, "`deploy` of the Motoko example on a connected network"):
        project.mine("deploy", "--environment", "there")
    there = ("--environment", "there")
    with report.step(client, "the Motoko example schedules a task, which fires"):
        request = f'(record {{ scheduler = principal "{scheduler}"; repeat_every_seconds = 1 : nat64 }})'
        project.mine("canister", "call", "motoko", "schedule_me", request, *there)

        def ticks() -> bool:
            counted = project.mine("canister", "call", "--query", "motoko", "count", "()", *there)
            return int(re.search(r"\(?([0-9_]+) : nat64", counted)[1].replace("_", "")) > 0

        eventually("a tick", ticks)
    with report.step(client, "`deploy` of the Motoko example again, an upgrade that keeps its heap"):
        project.mine("deploy", "--environment", "there")
        assert ticks(), "the count is gone"
