/* Keys, heartbeat and countdowns. Every page works without this file; nothing here decides anything. */

const main = document.getElementById("main");
const body = document.body;
const csrf = body.dataset.csrf;

/* ---- keys ---- */

const isTyping = (element) =>
  element.matches("select, textarea, [contenteditable]") ||
  (element.matches("input") && !["radio", "checkbox", "submit", "button"].includes(element.type));

/** Do what the element is there for: put the cursor in, tick, follow, press. */
function use(element) {
  if (isTyping(element)) {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
}

function step(selector, by) {
  const all = [...document.querySelectorAll(selector)];
  const at = all.findIndex((each) => each.contains(document.activeElement));
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

const reject = document.querySelector(".reject-button");

/** The first R goes to the reasons, so that the message is seen before it is sent; the second one sends. */
function startRejecting() {
  if (document.activeElement === reject) {
    reject.click();
  } else {
    reject?.focus();
  }
}

function chooseReason(digit) {
  const radio = document.querySelector(`[data-digit="${digit}"] input`);
  if (!radio) return false;
  radio.click();
  (radio.matches(".is-other") ? document.querySelector(".other select") : reject).focus();
  return true;
}

const views = [...document.querySelectorAll(".views input")];

const asking = document.querySelector(".ask");

/** The cursor is in the question before the next key comes: a letter of it must not approve anything. */
function startAsking() {
  if (!asking) return;
  asking.open = true;
  asking.querySelector("textarea").focus();
}

const picks = [...document.querySelectorAll(".row-pick input")];

/** Mark the case under the cursor, or take the mark away; only equal ones go together. */
const pick = () => document.activeElement.closest("[data-row]")?.querySelector(".row-pick input:enabled")?.click();

function keepEqual() {
  const first = picks.find((each) => each.checked);
  for (const each of picks) each.disabled = Boolean(first) && each.dataset.words !== first.dataset.words;
}
for (const each of picks) each.addEventListener("change", keepEqual);
keepEqual();

/** The key of every action, as this person has chosen; what needs more than a press of its button stands below. */
const keyOf = JSON.parse(body.dataset.keys ?? "{}");
const actions = {
  next: () => step(".open, .finding", 1),
  previous: () => step(".open, .finding", -1),
  choose: pick,
  reject: startRejecting,
  ask: startAsking,
  queue: () => location.assign("/console"),
  view: () => views[(views.findIndex((view) => view.checked) + 1) % views.length]?.click(),
};
const keys = Object.fromEntries(Object.entries(actions).map(([action, act]) => [keyOf[action], act]));

const ARROWS = { ArrowDown: "next", ArrowUp: "previous" };

/** What was typed while the palette is on its way: meant for it, and never a decision; null when it is not. */
let early = null;

/** Fetched when it is wanted first: most pages are left without it. */
const openPalette = async () => {
  if (early !== null) return;
  early = "";
  try {
    (await import("./palette.js")).open({ actions, keyOf, use, typed: early });
  } finally {
    early = null;
  }
};
const opener = document.querySelector(".palette-open");
if (opener) {
  opener.hidden = false;
  opener.addEventListener("click", openPalette);
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if (early !== null) {
    if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) early += event.key;
    event.preventDefault();
    return;
  }
  if (event.key === "Escape") {
    if (isTyping(event.target) && !event.target.closest("dialog")) main.focus();
    return;
  }
  if ((event.ctrlKey || event.metaKey) && event.key === "k" && opener && !isTyping(event.target)) {
    event.preventDefault();
    openPalette();
    return;
  }
  const isUndo = (event.ctrlKey || event.metaKey) && event.key === "z" && !event.shiftKey;
  if (isTyping(event.target) || ((event.ctrlKey || event.metaKey || event.altKey) && !isUndo) || event.repeat) return;
  // Arrows are ours where they would do nothing else: not among radio buttons, nor in a part that scrolls.
  const arrow = event.target.matches("body, main, .open, .finding") && ARROWS[event.key];
  const key = isUndo ? keyOf.undo : arrow ? keyOf[arrow] : event.key.toLowerCase();
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (keys[key]) keys[key]();
  else if (/^[1-9]$/.test(key) && chooseReason(key)) /* chosen */;
  else if (target) use(target);
  else return;
  event.preventDefault();
});

/* ---- the words in question are in view, however long the text ---- */

for (const long of document.querySelectorAll(".long blockquote")) {
  const first = long.querySelector("mark");
  if (first) long.scrollTop = first.offsetTop - long.offsetTop - long.clientHeight / 3;
}

/* ---- after a decision the next case is told to who does not see it: only what changes is read out ---- */

const news = document.querySelector("[data-announce]");
if (news) setTimeout(() => (news.textContent = news.dataset.announce), 150);

/* ---- a form is sent once ---- */

document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
// A page that comes back from the browser's memory may send again.
addEventListener("pageshow", () => document.querySelectorAll("[data-sent]").forEach((form) => delete form.dataset.sent));

/* ---- time ---- */

const UNITS = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];

function span(seconds) {
  const whole = Math.floor(Math.abs(seconds));
  const at = Math.max(0, UNITS.findIndex(([, size]) => whole >= size));
  const [name, size] = whole ? UNITS[at] : UNITS[3];
  const parts = [`${Math.floor(whole / size)} ${name}`];
  if (name === "d" || name === "h") {
    const [smaller, one] = UNITS[at + 1];
    const rest = Math.floor((whole % size) / one);
    if (rest) parts.push(`${rest} ${smaller}`);
  }
  return parts.join(" ");
}

function tick() {
  for (const due of document.querySelectorAll("[data-due]")) {
    const left = (Date.parse(due.dateTime) - Date.now()) / 1000;
    due.textContent = `${span(left)} ${left < 0 ? "late" : "left"}`;
    due.classList.toggle("late", left < 0);
    due.classList.toggle("soon", left >= 0 && left < 3600);
  }
  for (const toast of document.querySelectorAll("[data-until]")) {
    const left = (Date.parse(toast.dataset.until) - Date.now()) / 1000;
    if (left <= 0) toast.remove();
    else toast.querySelector("[data-countdown]").textContent = span(left + 1);
  }
}
setInterval(tick, 1000);

/* ---- heartbeat: an open page keeps its case ---- */

const held = document.querySelector("[data-mine]");

/** A page that nobody uses lets its case go: an open tab must not keep it past its due time. */
const IDLE_AFTER = 5 * 60_000;
let usedAt = Date.now();
for (const kind of ["keydown", "pointerdown", "pointermove", "scroll", "input"]) {
  addEventListener(kind, () => (usedAt = Date.now()), { capture: true, passive: true });
}

async function beat() {
  if (Date.now() - usedAt > IDLE_AFTER) return;
  try {
    const answer = await fetch(`/console/cases/${held.dataset.case}/heartbeat`, {
      method: "POST",
      body: new URLSearchParams({ csrf }),
      keepalive: true,
    });
    if (!answer.ok || answer.redirected) return;
    if (!(await answer.json()).is_mine) {
      document.querySelector("[data-claim]").textContent = "no longer in your hands";
    }
  } catch {
    // No connection now; four beats may be missed, and the server refuses a stale decision anyway.
  }
}
if (held) {
  // Not at once: what is decided within two seconds needs no heartbeat, and its next page is there the sooner.
  // Who leaves before, undecided, still says so: the case is free again as soon as after any other visit.
  const first = setTimeout(beat, 2000);
  const openedAt = Date.now();
  setInterval(beat, 8000);
  addEventListener("pagehide", () => {
    if (Date.now() - openedAt < 2000 && !document.querySelector("[data-sent]")) beat();
    clearTimeout(first);
  });
}

/* ---- live counts: the list itself waits until it is asked for, so that no row moves under a hand ---- */

const list = document.querySelector("[data-live]");
if (list) {
  const source = new EventSource("/console/live");
  source.addEventListener("message", (event) => {
    for (const [name, count] of Object.entries(JSON.parse(event.data))) {
      const place = document.querySelector(`[data-count="${CSS.escape(name)}"]`);
      if (place) place.textContent = count;
    }
    list.querySelector(".changed").hidden = event.lastEventId === list.dataset.live;
  });
  addEventListener("pagehide", () => source.close());
}

// Keys are heard from here on; what drives the page by keys waits for it.
document.body.dataset.ready = "";
