"""Runs clients that others wrote against Chime: run.py DIRECTORY PROGRAMS TABLE

DIRECTORY holds the installed clients and everything that they write, PROGRAMS `chime` and
`chime-launcher`. TABLE is the file that is written. `scripts/conformance` calls this.
"""

import shutil
import sys
from pathlib import Path

import icp_cli
import identities
import mcp_suite
from environment import HERE, ROOT, Environment, locked_python, output, run
from project import IDENTITY, Project, motoko_project, this_project
from report import Client, Report, program


def agents(environment: Environment, report: Report, variables: dict[str, str]) -> None:
    core = Client("@icp-sdk/core", environment.locked_npm("@icp-sdk/core"))
    program(report, core, [environment.node, environment.directory / "npm" / "core.mjs"], variables)
    for name, file in (("icp-py-core", "icp_py_core.py"), ("ic-py", "ic_py.py")):
        client = Client(name, locked_python(name))
        program(report, client, [environment.python, HERE / file], variables)


def mcp(environment: Environment, report: Report, project: Project, variables: dict[str, str]) -> None:
    key = environment.directory / "identity.pem"
    key.write_text(project.icp("identity", "export", IDENTITY))
    server = [environment.chime, "mcp", "--network", variables["CHIME_URL"]]
    server += ["--canister", variables["CHIME_SCHEDULER"], "--identity", key]
    mcp_suite.inspect(environment, report, server)
    mcp_suite.lists(environment, report, server)
    mcp_suite.stories(environment, report, server)


def with_the_network(environment: Environment, report: Report, project: Project, icp: Client) -> None:
    """Everything that needs a network with a scheduler."""
    status = project.status()
    variables = environment.variables() | {
        "CHIME_URL": status["api_url"].rstrip("/"),
        "CHIME_ROOT_KEY": status["root_key"],
        "CHIME_SCHEDULER": project.canister_id("scheduler"),
    }
    icp_cli.use(project, icp, report)
    icp_cli.snapshots(project, icp, report)
    icp_cli.upgrade(project, icp, report)
    motoko = motoko_project(environment, variables["CHIME_URL"], variables["CHIME_ROOT_KEY"])
    icp_cli.motoko(motoko, icp, report, variables["CHIME_SCHEDULER"])
    agents(environment, report, variables)
    mcp(environment, report, project, variables)


def everything(environment: Environment, report: Report) -> None:
    shutil.rmtree(environment.home, ignore_errors=True)
    project = this_project(environment)
    version = output([environment.icp, "--version"], environment.variables()).split()[-1]
    icp = Client("icp-cli", version)
    try:
        identities.identities(environment, report, icp)
        icp_cli.start_and_deploy(project, icp, report)
        if report.count("failed"):
            report.add(icp, "everything else", "failed")
        else:
            with_the_network(environment, report, project, icp)
    finally:
        icp_cli.stop(project, icp, report)


def main() -> int:
    directory, programs, table = (Path(argument).resolve() for argument in sys.argv[1:])
    environment = Environment(directory, programs)
    report = Report(left_out=mcp_suite.expected_failures())
    mcp_suite.suite(environment, report)
    mcp_suite.bundle(environment, report, ROOT / "target")
    everything(environment, report)
    report.write(table)
    print(report.summary())
    return 1 if report.count("failed") else 0


if __name__ == "__main__":
    sys.exit(main())
