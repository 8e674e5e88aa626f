/* Everything works without this file: it copies, guards against double submits, keeps focus. */
"use strict";

document.documentElement.classList.add("js");

/* What happened, in words that are seen and read out; gone after a while. The server wrote them
   into the page, in the person's language. */
function say(name, milliseconds) {
  const said = document.getElementById("said");
  said.textContent = said.dataset[name];
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { said.textContent = ""; }, milliseconds);
}

/* Copy buttons: the text is what stands before the button in its row. */
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  const source = button.parentElement.querySelector(".id") ?? button.previousElementSibling;
  try {
    await navigator.clipboard.writeText(source.innerText.trim().replaceAll("\u00a0", " "));
    button.dataset.copy = "done";
    setTimeout(() => { button.dataset.copy = ""; }, 2000);
    say("copied", 2000);
  } catch {
    getSelection().selectAllChildren(source);
    say("selected", 5000);
  }
});

/* HTMX got no answer at all: Selfcare itself wasn't reached. */
document.addEventListener("htmx:error", () => {
  say("unreachable", 8000);
});

/* A form that is on its way is not sent again. Buttons stay enabled, so their values are sent. */
function release(form) {
  delete form.dataset.sent;
  form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
}
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
  /* Whoever stopped the page from loading may try again; the server counts it once anyway. */
  setTimeout(release, 10000, form);
});

/* Seconds that run out are counted down; what they were for is then no longer offered. */
setInterval(() => {
  document.querySelectorAll("[data-seconds]").forEach((left) => {
    const seconds = Number(left.dataset.seconds) - 1;
    if (seconds < 0) return;
    left.dataset.seconds = seconds;
    const form = new Intl.PluralRules(document.documentElement.lang).select(seconds);
    left.textContent = (left.dataset[form] ?? left.dataset.other).replace("#", seconds);
    if (seconds === 0) left.closest("form")?.querySelector("button")?.setAttribute("disabled", "");
  });
}, 1000);

/* Back from the next page, out of the browser's memory: the form may be sent again. */
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.querySelectorAll("form[data-sent]").forEach(release);
});

/* A page of the list may end within a day: what follows joins the day that is there. */
function joinDays(day) {
  const before = day?.previousElementSibling;
  if (!before || before.querySelector("h2")?.innerText !== day.querySelector("h2")?.innerText) return;
  before.querySelector(".rows").append(...day.querySelector(".rows").children);
  day.remove();
}

/* After "Show more" the keyboard goes on at the first new row. */
document.addEventListener("htmx:before:swap", (event) => {
  const list = event.detail?.ctx?.target;
  if (list?.id === "days") list.dataset.had = list.querySelectorAll(".txn, .line, .told").length;
});
document.addEventListener("htmx:after:swap", () => {
  const list = document.querySelector("#days[data-had]");
  if (!list) return;
  const had = Number(list.dataset.had);
  delete list.dataset.had;
  const first = list.querySelectorAll(".txn, .line, .told")[had];
  joinDays(first?.closest(".day"));
  first?.querySelector(":is(.txn-who, .told-title) a")?.focus({ preventScroll: true });
});

/* Language and look stand on <html>, which no swap reaches: taken over from what was swapped in. */
document.addEventListener("htmx:after:swap", () => {
  const { language, theme } = document.getElementById("said").dataset;
  const root = document.documentElement;
  if (language && root.lang !== language) root.lang = language;
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
});

/* A part that took the focus away with it gives it back: to the field for more, or to itself. */
let emptied = "";
document.addEventListener("htmx:before:swap", (event) => {
  const part = event.detail?.ctx?.target;
  emptied = part?.id && part.contains(document.activeElement) ? part.id : "";
});
document.addEventListener("htmx:after:swap", () => {
  const part = emptied && document.getElementById(emptied);
  emptied = "";
  if (!part || ![document.body, null].includes(document.activeElement)) return;
  const next = part.querySelector("[data-focus]") ?? part;
  if (next === part) part.tabIndex = -1;
  next.focus({ preventScroll: true });
});

/* Print buttons. */
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-print]")) print();
});

/* What is being written into a form is kept as a draft, so that no ended session loses it. */
const drafts = new WeakMap();
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-draft]");
  if (!form || event.target.type === "file") return;
  clearTimeout(drafts.get(form));
  drafts.set(form, setTimeout(saveDraft, 2000, form));
});
function saveDraft(form) {
  if (form.dataset.sent) return;
  const words = new URLSearchParams();
  new FormData(form).forEach((value, name) => {
    if (typeof value === "string") words.append(name, value);
  });
  fetch(form.dataset.draft, { method: "POST", body: words, keepalive: true }).catch(() => {});
}
