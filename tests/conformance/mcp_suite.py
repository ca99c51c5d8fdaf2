"""The official conformance suite of MCP, the inspector, and the clients of MCP that others wrote."""

import contextlib
import os
import re
import secrets
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from environment import HERE, PATIENCE_SECONDS, Environment, locked_python, output, run
from interfaces import write_interfaces
from report import Client, Report, program

# Scenarios of the suite that are not expected to pass, each after a comment that says why.
EXPECTED_FAILURES = HERE / "mcp_expected_failures.yaml"

# The revisions of the protocol whose required scenarios are run.
REVISIONS = ("2025-11-25", "2026-07-28")

SUITE = "@modelcontextprotocol/conformance"
INSPECTOR = "@modelcontextprotocol/inspector"
BUNDLER = "@anthropic-ai/mcpb"
TYPESCRIPT = ("@modelcontextprotocol/sdk", "@modelcontextprotocol/client")


@dataclass(frozen=True)
class Server:
    """A server over HTTP that runs: where it is, and what ends it."""

    url: str
    process: subprocess.Popen[str]


@contextlib.contextmanager
def serving(command: list[str | Path], variables: dict[str, str]) -> Iterator[Server]:
    """Runs a server that prints its address, and demands that it ends by itself when asked to."""
    process = subprocess.Popen(
        [str(part) for part in command],
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield Server(address(process), process)
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=PATIENCE_SECONDS)
        assert code == 0, f"the server ended with {code}"
    finally:
        process.kill()


def address(process: subprocess.Popen[str]) -> str:
    """The address in what a server prints first."""
    seen = []
    for line in process.stdout or ():
        seen.append(line)
        found = re.search(r"http://\S+/mcp", line)
        if found:
            return found.group()
    raise RuntimeError("the server names no address: " + "".join(seen))


def expected_failures() -> list[tuple[str, str]]:
    """The scenarios that are not expected to pass, and why."""
    reasons: list[str] = []
    failures = []
    for line in EXPECTED_FAILURES.read_text().splitlines():
        text = line.strip()
        if text.startswith("#"):
            reasons.append(text.removeprefix("#").strip())
        elif text.startswith("- "):
            failures.append((text.removeprefix("- "), " ".join(reasons)))
            reasons = []
        else:
            reasons = []
    return failures


def suite(environment: Environment, report: Report) -> None:
    """Runs every scenario that a revision requires, and those of its extensions."""
    client = Client(SUITE, environment.locked_npm(SUITE))
    fixtures = environment.programs / "examples" / "mcp_conformance"
    for revision in REVISIONS:
        what = f"server scenarios of {revision}"
        try:
            with serving([fixtures, "127.0.0.1:0"], environment.variables()) as server:
                what = run_suite(environment, revision, server.url)
        except Exception as error:
            report.add(client, what, "failed")
            traceback.print_exception(error, limit=-3, file=sys.stdout)
        else:
            report.add(client, what, "passed")


def run_suite(environment: Environment, revision: str, url: str) -> str:
    """What was run, if all of it passed that is expected to, and the rest did not."""
    index = environment.npm / SUITE / "dist" / "index.js"
    command = [environment.node, index, "server", "--url", url, "--requirements", revision]
    command += ["--expected-failures", EXPECTED_FAILURES]
    command += ["--output-dir", environment.directory / "mcp" / revision]
    result = run(command, environment.variables())
    lines = re.findall(r"^([✓✗]) ([a-z0-9-]+): (\d+) passed, (\d+) failed", result.stdout, re.M)
    left_out = {name for name, _ in expected_failures()}
    wrong = [name for mark, name, _, _ in lines if (mark == "✗") != (name in left_out)]
    counted = [int(passed) for _, name, passed, _ in lines if name not in left_out]
    if wrong or not counted:
        raise AssertionError(f"otherwise than expected: {wrong}\n{result.stdout[-4000:]}{result.stderr}")
    return f"server scenarios of {revision}: {len(counted)} with {sum(counted)} checks"


def inspect(environment: Environment, report: Report, command: list[str | Path]) -> None:
    """Lists the tools with the inspector, which looks for schemas that some client cannot read."""
    client = Client(INSPECTOR, environment.locked_npm(INSPECTOR))
    inspector = environment.npm / INSPECTOR / "clients" / "launcher" / "build" / "index.js"
    call = [environment.node, inspector, "--cli", *command, "--method", "tools/list", "--strict"]
    variables = environment.variables()
    # It starts programs by name.
    variables["PATH"] = f"{environment.node.parent}{os.pathsep}{variables['PATH']}"
    result = run(call, variables)
    warnings = result.stderr.count("Warning: tool")
    good = result.returncode == 0 and warnings == 0 and '"create_task"' in result.stdout
    what = "`--method tools/list --strict`: no error, no warning"
    report.add(client, what, "passed" if good else "failed")
    if not good:
        print(result.stderr[-4000:], flush=True)


def lists(environment: Environment, report: Report, command: list[str | Path]) -> None:
    """Every client takes the tools of whatever interface there is."""
    directory = environment.directory / "interfaces"
    write_interfaces(directory)
    variables = environment.variables()
    client = Client("mcp (Python), any interface", locked_python("mcp"))
    script = [environment.python, "-W", "ignore", HERE / "mcp_list.py"]
    program(report, client, [*script, directory, *command], variables)
    for package in TYPESCRIPT:
        client = Client(f"{package}, any interface", environment.locked_npm(package))
        script = [environment.node, environment.directory / "npm" / "mcp_list.mjs"]
        program(report, client, [*script, package, directory, *command], variables)


def stories(environment: Environment, report: Report, command: list[str | Path]) -> None:
    """Every client lives through the story, over standard streams and over HTTP."""
    variables = environment.variables() | {"CHIME_MCP_TOKEN": secrets.token_hex(32)}
    for place, target in (("stdio", command), ("http", None)):
        if target is not None:
            tell(environment, report, variables, place, target)
            continue
        with serving([*command, "--http", "127.0.0.1:0"], variables) as server:
            tell(environment, report, variables, place, [server.url])
            began = time.monotonic()
        print(f"the server ended {time.monotonic() - began:.2f} s after SIGTERM", flush=True)


def tell(
    environment: Environment,
    report: Report,
    variables: dict[str, str],
    place: str,
    target: list[str | Path],
) -> None:
    name = "stdio" if place == "stdio" else "HTTP"
    for mode, era in (("auto", "2026-07-28"), ("legacy", "2025-11-25")):
        client = Client(f"mcp (Python), {name}, {era}", locked_python("mcp"))
        script = [environment.python, "-W", "ignore", HERE / "mcp_client.py"]
        program(report, client, [*script, place, mode, *target], variables)
    for package in TYPESCRIPT:
        client = Client(f"{package}, {name}", environment.locked_npm(package))
        script = [environment.node, environment.directory / "npm" / "mcp.mjs"]
        program(report, client, [*script, package, place, *target], variables)


def bundle(environment: Environment, report: Report, target: Path) -> None:
    """The bundle for desktop clients, as its own tool sees it."""
    client = Client(BUNDLER, environment.locked_npm(BUNDLER))
    tool = [environment.node, environment.npm / BUNDLER / "dist" / "cli" / "cli.js"]
    with report.step(client, "`validate` of the manifest"):
        output([*tool, "validate", target / "bundle" / "manifest.json"], environment.variables())
    with report.step(client, "`unpack` of the bundle, and the program in it starts"):
        [packed] = target.glob("chime-*.mcpb")
        unpacked = environment.directory / "unpacked"
        output([*tool, "unpack", packed, unpacked], environment.variables())
        started = output([unpacked / "server" / "chime", "--version"], environment.variables())
        assert started.startswith("chime "), started
    with report.step(client, "`pack` of what is in it"):
        again = environment.directory / "packed.mcpb"
        output([*tool, "pack", target / "bundle", again], environment.variables())
