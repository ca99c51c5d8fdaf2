// What somebody does with the pages: makes a task, sees it fail, puts it right, pauses it, and changes a
// program. It is told twice, once for each pair of hands.

import assert from "node:assert/strict";

/** A program that says something. */
const saying = (text) => `def async_task():\n    ic.print("${text}")\n    return "${text}"\n`;

/** Tells the story of a task of this name with these hands. */
export async function story(report, server, hands, { task, action, codex }) {
  const { page } = hands;
  const state = page.locator("#run .state").first();
  await report.story(hands.name, {
    "signs in with a link that is good for once": async () => {
      const link = server.link();
      await page.goto(link);
      await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
      assert.equal((await fetch(link)).status, 401);
    },

    "creates a task in the form, which shows what its schedule means": async () => {
      await hands.press("link", "Tasks");
      await hands.press("link", /^Create a task/);
      await hands.fill("Name", task);
      await hands.fill("Label", "Puts the figures of the day together");
      await hands.choose("What it does", "Run a registered action");
      await hands.fill("With what", action);
      await hands.fill("Schedule", "0 9 * * 1-5");
      await hands.fill("Time zone", "Europe/Zurich");
      await page.getByText(/Monday.*Friday.*Europe\/Zurich/).waitFor();
      assert.equal(await page.locator("[data-preview] li").count(), 5);
      await hands.fill("Time zone", "");
      await hands.fill("Schedule", "@every 5s");
      await page.getByText(/every 5 seconds/).waitFor();
      await hands.press("button", /^Create/);
      await page.getByRole("heading", { level: 1, name: task }).waitFor();
    },

    "sees it fire without a reload": async () => {
      await page.evaluate(() => (window.isSamePage = true));
      await page.locator("#history").getByText("failed").first().waitFor();
      assert.equal(await page.evaluate(() => window.isSamePage), true);
    },

    "opens the failed run and reads the cause": async () => {
      await hands.press("link", /^\d+$/, page.locator("#history"));
      await page.getByRole("heading", { level: 1, name: /Run \d+/ }).waitFor();
      assert.notEqual(await page.locator(".notice.bad strong").innerText(), "");
      await page.getByLabel("Error").getByText(action).waitFor();
    },

    "retries it once the cause is gone": async () => {
      server.chime("action", "define", action, "--note", "the figures of the day");
      await hands.press("button", "Retry");
      await state.getByText("completed").waitFor();
      await page.getByText("the figures of the day").first().waitFor();
    },

    "pauses the task": async () => {
      await hands.press("link", task);
      await hands.press("button", /^Pause/);
      await page.locator("#stand .state").getByText("paused").waitFor();
    },

    "writes a program, which is compiled before it is stored": async () => {
      await hands.press("link", "Codices");
      await hands.press("link", "Write a codex");
      await hands.fill("Name", codex);
      await hands.fill("Code", "def async_task(:");
      await hands.press("button", "Store");
      await page.locator("#code-fault").waitFor();
      await hands.fill("Code", saying("good morning"));
      await hands.press("button", "Store");
      await page.getByRole("heading", { level: 1, name: codex }).waitFor();
    },

    "changes it, and sees what differs": async () => {
      await hands.press("link", "Edit");
      await hands.fill("Code", saying("good evening"));
      await hands.press("button", "Store");
      await page.getByRole("heading", { name: "Version 2" }).waitFor();
      await hands.press("link", "Compare with version 1");
      await page.locator("ins").getByText("good evening").first().waitFor();
      await page.locator("del").getByText("good morning").first().waitFor();
    },

    "runs it": async () => {
      await hands.press("button", "Run now");
      await state.getByText("completed").waitFor();
      await page.getByText("good evening").first().waitFor();
    },
  });
}
