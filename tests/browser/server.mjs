// `chime serve` on a fresh state directory, and the commands of `chime` beside it.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** Time for the server to say where it listens: the scheduler is installed first. */
const START_MS = 120_000;

/** A server that runs until `stop`. */
export class Server {
  #program;
  #directory;
  #process;
  /** Where it listens, such as `http://127.0.0.1:41234`. */
  url = "";

  static async start(program) {
    const server = new Server();
    server.#program = program;
    server.#directory = mkdtempSync(join(tmpdir(), "chime-browser-"));
    server.#process = spawn(program, ["serve", "--listen", "0", "-o", "json"], {
      env: server.#environment(),
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface({ input: server.#process.stdout });
    const line = await new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error("the server is not ready in time")), START_MS).unref();
      server.#process.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
      lines.once("line", resolve);
    });
    server.url = JSON.parse(line).url;
    return server;
  }

  #environment() {
    return { ...process.env, CHIME_STATE: join(this.#directory, "state"), NO_COLOR: "1" };
  }

  /** What a command says that must succeed. */
  chime(...args) {
    return execFileSync(this.#program, args, {
      env: this.#environment(),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
  }

  /** The path of a file with this text. */
  file(name, text) {
    const path = join(this.#directory, name);
    writeFileSync(path, text);
    return path;
  }

  /** An address that signs in whoever opens it first. */
  link() {
    return this.chime("open", "--print").trim();
  }

  async stop() {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill("SIGTERM");
    await ended;
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
