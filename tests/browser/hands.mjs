// Two ways to use a page: with a mouse, and with the keyboard alone. Both find things by what they are
// called for those who do not see them.

import assert from "node:assert/strict";

/** Presses of the Tab key until something is reached. */
const MOST_TABS = 200;

/** Types a text in the place of what stands in the field that has the focus. */
async function replace(page, text) {
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.press("Delete");
  await page.keyboard.type(text);
}

/** Somebody with a mouse, who types into fields only. */
export class Mouse {
  name = "by mouse";

  constructor(page) {
    this.page = page;
  }

  async press(role, name, within = this.page) {
    await within.getByRole(role, { name }).first().click();
  }

  async fill(label, text) {
    const field = this.page.getByLabel(label);
    await field.click();
    await replace(this.page, text);
  }

  async choose(label, option) {
    await this.page.getByLabel(label).selectOption({ label: option });
  }
}

/** Somebody with a keyboard only. */
export class Keyboard {
  name = "by keyboard";

  constructor(page) {
    this.page = page;
  }

  async press(role, name, within = this.page) {
    await this.#reach(within.getByRole(role, { name }).first());
    await this.page.keyboard.press("Enter");
  }

  async fill(label, text) {
    await this.#reach(this.page.getByLabel(label));
    await replace(this.page, text);
  }

  async choose(label, option) {
    const field = this.page.getByLabel(label);
    await this.#reach(field);
    const count = await field.locator("option").count();
    const chosen = () => field.evaluate((it) => it.selectedOptions[0].label);
    await this.page.keyboard.press("Home");
    for (let index = 0; index < count && (await chosen()) !== option; index += 1) {
      await this.page.keyboard.press("ArrowDown");
    }
    assert.equal(await chosen(), option);
  }

  /** Goes there by the Tab key, and sees that one can see where one is. */
  async #reach(target) {
    await target.waitFor();
    for (let presses = 0; presses < MOST_TABS; presses += 1) {
      await this.page.keyboard.press("Tab");
      const is = await target.evaluate((it) => it === document.activeElement).catch(() => false);
      if (!is) continue;
      const outline = await target.evaluate((it) => getComputedStyle(it).outlineStyle);
      assert.notEqual(outline, "none", `one does not see that ${target} has the focus`);
      return;
    }
    assert.fail(`the Tab key does not lead to ${target}`);
  }
}
