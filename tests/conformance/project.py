"""Projects of `icp`: this repository's, and one for the Motoko example."""

import json
import shutil
import socket
from pathlib import Path
from typing import Any

from environment import ROOT, Environment, output

IDENTITY = "conformance"
PORT = 8000


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Project:
    """A directory with an `icp.yaml`, and `icp` in it."""

    def __init__(self, environment: Environment, name: str) -> None:
        self.environment = environment
        self.directory = environment.directory / name
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)

    def icp(self, *arguments: str | Path) -> str:
        command = [self.environment.icp, *arguments]
        return output(command, self.environment.variables(), self.directory)

    def mine(self, *arguments: str | Path) -> str:
        """A command under the identity of this run."""
        return self.icp(*arguments, "--identity", IDENTITY)

    def call(self, canister: str, method: str, argument: str) -> str:
        return self.mine("canister", "call", canister, method, argument)

    def query(self, canister: str, method: str, argument: str) -> str:
        return self.mine("canister", "call", "--query", canister, method, argument)

    def status(self) -> dict[str, Any]:
        return json.loads(self.icp("network", "status", "--json"))

    def canister_id(self, canister: str) -> str:
        status = json.loads(self.mine("canister", "status", canister, "--json"))
        return status["id"]


def this_project(environment: Environment) -> Project:
    """The repository as `icp` sees it, on a port that is free. What is built is built there."""
    project = Project(environment, "project")
    manifest = (ROOT / "icp.yaml").read_text()
    line = f"port: {PORT}\n"
    assert manifest.count(line) == 1, f"icp.yaml has no line {line!r}"
    manifest = manifest.replace(line, f"port: {free_port()}\n")
    (project.directory / "icp.yaml").write_text(manifest)
    (project.directory / "target").mkdir()
    (project.directory / "target" / "wasm").symlink_to(ROOT / "target" / "wasm")
    scripts = project.directory / "scripts"
    scripts.mkdir()
    build = scripts / "build"
    build.write_text(f'#!/bin/sh\nexec "{ROOT}/scripts/build" "$@"\n')
    build.chmod(0o755)
    return project


def motoko_project(environment: Environment, url: str, root_key: str) -> Project:
    """A project with the Motoko example, on a network that somebody else started."""
    project = Project(environment, "motoko-project")
    (project.directory / "icp.yaml").write_text(f"""\
canisters:
  - name: motoko
    build:
      steps:
        - type: pre-built
          path: motoko.wasm
networks:
  - name: there
    mode: connected
    url: {url}
    root-key: "{root_key}"
environments:
  - name: there
    network: there
    canisters: [motoko]
""")
    (project.directory / "motoko.wasm").symlink_to(ROOT / "target" / "wasm" / "motoko.wasm")
    return project
