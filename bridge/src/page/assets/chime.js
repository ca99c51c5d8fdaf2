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
    for (const at of means.next_at) {
      const item = document.createElement("li");
      item.textContent = new Date(at).toLocaleString();
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
}

document.addEventListener("visibilitychange", listen);
listen();
document.querySelectorAll("form[data-previewed]").forEach(preview);
