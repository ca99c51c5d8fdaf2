// Keeps a page up to date, and shows what a schedule means while it is typed. Pages work without it.

const PAUSE = 400;

/** Puts the parts of a newer page in the place of those that are marked, but for one that is in use. */
function renew(text) {
  const newer = new DOMParser().parseFromString(text, "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const found = newer.getElementById(part.id);
    if (!found || found.innerHTML === part.innerHTML) continue;
    const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
    if (focused === "" && part.contains(document.activeElement)) continue;
    const open = [...part.querySelectorAll("details[open][id]")].map((it) => it.id);
    part.innerHTML = found.innerHTML;
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (focused) document.getElementById(focused)?.focus();
  }
}

let waiting = 0;

function look() {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    if (document.hidden) return;
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (answer.ok) renew(await answer.text());
  }, PAUSE);
}

let source = null;

function listen() {
  if (document.hidden) {
    source?.close();
    source = null;
  } else if (!source && document.querySelector("[data-live]")) {
    source = new EventSource("/events");
    source.addEventListener("timeline", look);
    source.addEventListener("lost", look);
    look();
  }
}

/** Writes times as the clocks of a zone show them; as those of this machine if the browser knows no such zone. */
function inZone(timeZone) {
  const style = { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" };
  try {
    return new Intl.DateTimeFormat("en-GB", { ...style, timeZone });
  } catch {
    return new Intl.DateTimeFormat("en-GB", { ...style, timeZoneName: "short" });
  }
}

/** Shows what the schedule of a form means. */
function preview(form) {
  const shown = form.querySelector("[data-preview]");
  let last = 0;
  const ask = async () => {
    const query = new URLSearchParams({ schedule: form.schedule.value, timezone: form.timezone.value });
    const asked = ++last;
    const answer = await fetch(`/api/preview?${query}`);
    const body = await answer.json();
    if (asked !== last) return;
    shown.replaceChildren();
    const line = (text, kind) => {
      const paragraph = document.createElement("p");
      paragraph.textContent = text;
      if (kind) paragraph.className = kind;
      shown.append(paragraph);
    };
    if (!answer.ok) {
      line(body.errors[0].detail, "fault");
      return;
    }
    const means = body.data.attributes;
    line(`${means.description} (${means.timezone})`);
    if (means.clock_change) line(means.clock_change, "warning");
    const list = document.createElement("ol");
    const format = inZone(means.timezone);
    for (const at of means.next_at) {
      const item = document.createElement("li");
      item.textContent = format.format(new Date(at));
      list.append(item);
    }
    shown.append(list);
  };
  let pause = 0;
  form.addEventListener("input", (event) => {
    if (event.target !== form.schedule && event.target !== form.timezone) return;
    clearTimeout(pause);
    pause = setTimeout(ask, PAUSE);
  });
  if (form.schedule?.value) ask();
}

/** Leads from one cell of a grid to the next one by the arrow keys. */
function walk(grid) {
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  grid.addEventListener("keydown", (event) => {
    const here = event.target.closest("td");
    if (!here || !(event.key in steps)) return;
    event.preventDefault();
    const [down, right] = steps[event.key];
    const next = right === 0 ? beside(here, down) : along(here, right);
    const cell = next?.querySelector("a");
    if (!cell) return;
    for (const other of grid.querySelectorAll('td a[tabindex="0"]')) other.tabIndex = -1;
    cell.tabIndex = 0;
    cell.focus();
  });
}

/** The next cell of the row that has something in it. */
function along(cell, right) {
  let next = cell;
  do next = right > 0 ? next.nextElementSibling : next.previousElementSibling;
  while (next && !next.querySelector("a"));
  return next?.matches("td") ? next : null;
}

/** The nearest cell with something in it of the next row that has any. */
function beside(cell, down) {
  const far = (other) => Math.abs(other.cellIndex - cell.cellIndex);
  let row = cell.parentElement;
  while ((row = down > 0 ? row.nextElementSibling : row.previousElementSibling)) {
    const filled = [...row.cells].filter((it) => it.matches("td") && it.querySelector("a"));
    if (filled.length > 0) return filled.reduce((one, other) => (far(other) < far(one) ? other : one));
  }
  return null;
}

document.addEventListener("visibilitychange", listen);
listen();
document.querySelectorAll("form[data-previewed]").forEach(preview);
document.querySelectorAll("[data-walked]").forEach(walk);
