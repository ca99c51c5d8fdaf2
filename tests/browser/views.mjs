// Every view in both themes: nothing is wrong for those who use it with other senses, nothing is wider than
// a telephone, and a picture of it.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { prepare } from "./prepared.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const WIDTHS = [375, 1280, 1920];
const HEIGHTS = { 375: 812, 1280: 800, 1920: 1080 };

/** Looks at all of them. */
export async function views(report, watched, server, pictures) {
  mkdirSync(pictures, { recursive: true });
  const all = await prepare(server);
  for (const colorScheme of ["light", "dark"]) {
    const page = await watched.signedIn({ colorScheme });
    for (const [name, path] of Object.entries(all)) {
      await report.check(`${name}, ${colorScheme}`, async () => {
        await page.goto(path);
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: HEIGHTS[width] });
          assert.ok(await fits(page), `it is wider than ${width} pixels`);
          await page.screenshot({ path: join(pictures, `${name}-${colorScheme}-${width}.png`), fullPage: true });
          assert.deepEqual(await faults(page), [], `at ${width} pixels`);
        }
      });
    }
    await page.context().close();
  }
}

/** Goes through the grid by the arrow keys. */
export async function walk(report, watched) {
  const page = await watched.signedIn();
  await report.check("arrow keys lead through the grid", async () => {
    await page.goto("/grid");
    const place = () => {
      const cell = document.activeElement.closest("td");
      return cell && { row: cell.parentElement.rowIndex, column: cell.cellIndex };
    };
    await page.locator('td a[tabindex="0"]').focus();
    const first = await page.evaluate(place);
    await page.keyboard.press("ArrowDown");
    const below = await page.evaluate(place);
    assert.ok(below.row > first.row, `${below.row} is below ${first.row}`);
    await page.keyboard.press("ArrowUp");
    assert.equal((await page.evaluate(place)).row, first.row);
  });
  await page.context().close();
}

function fits(page) {
  return page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
}

/** What axe finds, a line for each thing. */
async function faults(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run());
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
}
