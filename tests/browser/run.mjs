// Drives a browser through the pages of `chime serve`: run.mjs CHIME CHROMIUM PICTURES
//
// CHIME is the program, CHROMIUM the browser, PICTURES the directory for pictures of every view. The
// server has a fresh state directory and listens on loopback. `scripts/browser` calls this. The last line
// is `N passed, N failed, N skipped`.

import { chromium } from "playwright-core";

import { Keyboard, Mouse } from "./hands.mjs";
import { Report } from "./report.mjs";
import { Server } from "./server.mjs";
import { story } from "./story.mjs";
import { views, walk } from "./views.mjs";
import { Watched } from "./watched.mjs";

const [program, browserProgram, pictures] = process.argv.slice(2);
const report = new Report();
const server = await Server.start(program);
const browser = await chromium.launch({
  executablePath: browserProgram,
  // Chromium refuses its sandbox to root.
  args: process.getuid() === 0 ? ["--no-sandbox"] : [],
});

try {
  const watched = new Watched(browser, server);
  const mouse = new Mouse(await watched.open());
  await story(report, server, mouse, { task: "Daily figures", action: "add_up", codex: "greeting" });
  const keyboard = new Keyboard(await watched.open());
  await story(report, server, keyboard, { task: "Daily letters", action: "write_up", codex: "farewell" });
  await views(report, watched, server, pictures);
  await walk(report, watched);
  await watched.tell(report);
} finally {
  await browser.close();
  await server.stop();
}
report.end();
