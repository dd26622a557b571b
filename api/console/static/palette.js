/* The palette: everything that the page can do, by name. What it lists is read from the page's own buttons and links. */

const LABELS = { reject: "Reject", ask: "Ask somebody", view: "Next view of the product", queue: "Go to the queue" };

const wordsOf = (element) => {
  const copy = (element.labels?.[0] ?? element).cloneNode(true);
  for (const aside of copy.querySelectorAll("kbd, small, svg, select, [aria-hidden]")) aside.remove();
  return copy.textContent.replace(/\s+/g, " ").trim();
};

/** Name, key and act of each command; those of this page first. */
function collect({ actions, keyOf, use }) {
  const found = [];
  for (const element of document.querySelectorAll("main [data-key], .toast [data-key]")) {
    if (element.matches(".reject-button")) continue;
    found.push({ name: element.dataset.command ?? wordsOf(element), key: element.dataset.key, act: () => use(element) });
  }
  const needs = { reject: ".reject-button", ask: ".ask", view: ".views" };
  for (const [action, name] of Object.entries(LABELS)) {
    if (needs[action] && !document.querySelector(needs[action])) continue;
    found.push({ name, key: keyOf[action], act: actions[action] });
  }
  for (const link of document.querySelectorAll(".queues a, .top nav a")) {
    const kind = link.closest(".saved") ? "View: " : link.closest(".queues") ? "Queue: " : "";
    const name = kind + wordsOf(link).replace(kind === "Queue: " ? /\s*\d+$/ : /$/, "");
    found.push({ name, key: link.dataset.key, act: () => link.click() });
  }
  return found;
}

const dialog = document.querySelector(".palette");
const input = dialog.querySelector("input");
const list = dialog.querySelector("[role=listbox]");
let commands = [];
let shown = [];
let at = 0;

function choose(number) {
  at = Math.min(Math.max(number, 0), shown.length - 1);
  [...list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
  input.setAttribute("aria-activedescendant", list.children[at]?.id ?? "");
  list.children[at]?.scrollIntoView({ block: "nearest" });
}

function optionOf({ name, key }, index) {
  const option = document.createElement("li");
  option.id = `command-${index}`;
  option.role = "option";
  option.append(name);
  if (key) {
    const printed = document.createElement("kbd");
    printed.append(key.toUpperCase());
    option.append(printed);
  }
  return option;
}

function show() {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  shown = commands.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
  if (words.length) shown.push({ name: `Find “${input.value.trim()}” among the orders`, act: () => dialog.querySelector("form").submit() });
  list.replaceChildren(...shown.map(optionOf));
  choose(0);
}

function run(number) {
  const command = shown[number];
  if (!command) return;
  dialog.close();
  command.act();
}

input.addEventListener("input", show);
list.addEventListener("click", (event) => run([...list.children].indexOf(event.target.closest("li"))));
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
dialog.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "ArrowDown") choose(at + 1);
  else if (event.key === "ArrowUp") choose(at - 1);
  else if (event.key === "Enter") run(at);
  else return;
  event.preventDefault();
});

/** Show everything that the page can do now. */
export function open(page) {
  if (dialog.open) return;
  commands = collect(page);
  input.value = page.typed;
  dialog.showModal();
  show();
}
