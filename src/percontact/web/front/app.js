// What the pages do by themselves: send the controls when they change, follow keys, switch the theme, print.
// Everything here only shortens a way that works without script too.

const root = document.documentElement;
const $ = (selector, from = document) => from.querySelector(selector);

function begin() {
  root.classList.add("scripted");
  for (const hidden of document.querySelectorAll("[data-print], [data-theme-switch], [data-keys], [data-copy]")) hidden.hidden = false;
  showPlace();
}

// On a phone the menu is one row: the page where one is must be in sight in it.
function showPlace() {
  const rail = $(".rail"), here = $(".rail a[aria-current]");
  if (rail && here) rail.scrollLeft += here.getBoundingClientRect().left - (rail.clientWidth - here.offsetWidth) / 2;
}

// A change of a control asks anew; typing waits for a rest.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-auto]");
  if (form && form.reportValidity()) form.requestSubmit();
});

// A file larger than is taken in is told before it is sent.
document.addEventListener("change", (event) => {
  const field = event.target.closest("input[type=file][data-limit]");
  if (!field) return;
  const most = Number(field.dataset.limit);
  const over = field.files.length > 0 && field.files[0].size > most;
  field.setCustomValidity(over ? `The file is larger than ${Math.floor(most / 1e6)} MB. Pack it, or part it by month.` : "");
  field.reportValidity();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
  if (event.target.closest("[data-theme-switch]")) switchTheme();
  if (event.target.closest("[data-keys]")) showKeys();
  const copy = event.target.closest("[data-copy]");
  if (copy) copyLink($(`#${copy.dataset.copy}`));
});

// Over plain http only this machine may write to the clipboard; elsewhere the link is marked, ready to be copied.
async function copyLink(field) {
  field.select();
  let said = "The link is marked: copy it.";
  try {
    await navigator.clipboard.writeText(field.value);
    said = "The link is copied.";
  } catch {
    // not allowed here
  }
  const status = $("#status");
  if (status) status.textContent = said;
}

function switchTheme() {
  const now = root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const next = now === "dark" ? "light" : "dark";
  root.dataset.theme = next;
  document.cookie = `theme=${next}; path=/; max-age=31536000; samesite=lax`;
}

// Keys: g and a letter goes to a page, / to the search, ? lists them. They can be switched off (WCAG 2.1.4).
let waiting = false;
const keysOn = () => localStorage.getItem("keys") !== "off";

document.addEventListener("keydown", (event) => {
  if (!keysOn() || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  if (waiting) {
    waiting = false;
    const link = $(`.rail a[data-letter="${CSS.escape(event.key)}"]`);
    if (link) link.click();
  } else if (event.key === "g") {
    waiting = true;
    setTimeout(() => { waiting = false; }, 1500);
  } else if (event.key === "/") {
    event.preventDefault();
    $("#jump")?.focus();
  } else if (event.key === "?") {
    showKeys();
  }
});

function showKeys() {
  let dialog = $("#keys");
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.id = "keys";
    dialog.setAttribute("aria-label", "Keys");
    document.body.append(dialog);
  }
  dialog.replaceChildren(heading("Keys"), list(), toggle(), closing(dialog));
  dialog.showModal();
}

function heading(text) {
  const made = document.createElement("h2");
  made.textContent = text;
  return made;
}

function list() {
  const made = document.createElement("ul");
  const rows = [["/", "search"], ["?", "this list"]];
  for (const link of document.querySelectorAll(".rail a[data-letter]")) rows.push([`g ${link.dataset.letter}`, link.textContent]);
  for (const [keys, what] of rows) {
    const row = document.createElement("li");
    const key = document.createElement("kbd");
    key.textContent = keys;
    row.append(key, ` ${what}`);
    made.append(row);
  }
  return made;
}

function toggle() {
  const label = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = keysOn();
  box.addEventListener("change", () => localStorage.setItem("keys", box.checked ? "on" : "off"));
  label.append(box, " Single keys are on");
  return label;
}

function closing(dialog) {
  const made = document.createElement("button");
  made.textContent = "Close";
  made.addEventListener("click", () => dialog.close());
  return made;
}

// A page that came by htmx says so to those who do not see it; the reader begins at its top.
document.addEventListener("htmx:after:swap", () => {
  begin();
  const status = $("#status");
  if (status) status.textContent = document.title;
});

begin();
