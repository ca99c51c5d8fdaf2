// Counts what was tried, and says what failed. It knows no page.

/** What was tried. */
export class Report {
  #passed = 0;
  #failed = 0;
  #skipped = 0;

  /** Tries something: it has failed if `work` throws. Answers whether it passed. */
  async check(name, work) {
    const begun = performance.now();
    try {
      await work();
      this.#passed += 1;
      console.log(`ok       ${name} (${Math.round(performance.now() - begun)} ms)`);
      return true;
    } catch (error) {
      this.#failed += 1;
      console.log(`FAILED   ${name}\n${indented(error.stack ?? String(error))}`);
      return false;
    }
  }

  /** Steps of which each needs those before it: behind one that failed the rest is skipped. */
  async story(title, steps) {
    let goesOn = true;
    for (const [name, work] of Object.entries(steps)) {
      if (goesOn) {
        goesOn = await this.check(`${title}: ${name}`, work);
      } else {
        this.#skipped += 1;
        console.log(`skipped  ${title}: ${name}`);
      }
    }
  }

  /** A figure that is told, not judged. */
  figure(text) {
    console.log(`figure   ${text}`);
  }

  /** Tells how it went, as the last line, and as the exit code. */
  end() {
    process.exitCode = this.#failed === 0 ? 0 : 1;
    console.log(`${this.#passed} passed, ${this.#failed} failed, ${this.#skipped} skipped`);
  }
}

function indented(text) {
  return text.replace(/^/gm, "         ");
}
