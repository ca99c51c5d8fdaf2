// Browsers whose pages are watched: what they complain about, whom they ask, what moves in them, and when
// they are first seen.

import assert from "node:assert/strict";

/** Patience of a step on a busy machine. */
const STEP_MS = 60_000;

/** All that was seen of the pages of one browser. */
export class Watched {
  #browser;
  #server;
  #complaints = [];
  #strangers = new Set();
  #shifts = [];
  #paints = [];

  constructor(browser, server) {
    this.#browser = browser;
    this.#server = server;
  }

  /** A page of somebody of its own: no cookies yet. */
  async open(options = {}) {
    const context = await this.#browser.newContext({
      baseURL: this.#server.url,
      colorScheme: "light",
      timezoneId: "Europe/Zurich",
      viewport: { width: 1280, height: 800 },
      ...options,
    });
    context.setDefaultTimeout(STEP_MS);
    const page = await context.newPage();
    await page.exposeBinding("chimeTells", (_, kind, value) => this.#told(page, kind, value));
    await page.addInitScript(observe, NEWS_MS);
    page.on("console", (message) => {
      const text = message.text();
      const isComplaint = ["error", "warning"].includes(message.type());
      // What a form refuses is answered with 422, which Chromium notes as an error of the network.
      if (isComplaint && !text.includes("status of 422")) this.#complain(page, text);
    });
    page.on("pageerror", (error) => this.#complain(page, String(error)));
    page.on("request", (request) => {
      const { origin, protocol } = new URL(request.url());
      if (origin !== this.#server.url && protocol !== "data:") this.#strangers.add(request.url());
    });
    return page;
  }

  /** The same, signed in. */
  async signedIn(options = {}) {
    const page = await this.open(options);
    await page.goto(this.#server.link());
    return page;
  }

  #complain(page, text) {
    this.#complaints.push(`${page.url()}: ${text}`);
  }

  #told(page, kind, value) {
    if (kind === "shift") this.#shifts.push(`${page.url()}: ${value.toFixed(4)}`);
    if (kind === "paint") this.#paints.push(value);
  }

  /** What was seen in the end. */
  async tell(report) {
    const none = (list) => async () => assert.deepEqual(list, []);
    await report.check("no page complains in the console", none(this.#complaints));
    await report.check("no page asks anybody else", none([...this.#strangers]));
    await report.check("nothing moves while a page is loaded", none(this.#shifts));
    const paints = this.#paints.sort((one, other) => one - other);
    const at = (part) => Math.round(paints[Math.floor((paints.length - 1) * part)]);
    report.figure(
      `first paint of ${paints.length} pages: ${at(0.5)} ms half of them, ${at(0.95)} ms 95 of 100, ${at(1)} ms at most`,
    );
  }
}

/** Pages bring themselves up to date after this time: what moves then is news. */
const NEWS_MS = 400;

/** Runs in every page before anything of it does. */
function observe(newsMs) {
  const tell = (kind, value) => window.chimeTells?.(kind, value);
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (!entry.hadRecentInput && entry.startTime < newsMs) tell("shift", entry.value);
    }
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.name === "first-contentful-paint") tell("paint", entry.startTime);
    }
  }).observe({ type: "paint", buffered: true });
}
