/* Everything works without this file: it copies, guards against double submits, keeps focus. */
"use strict";

document.documentElement.classList.add("js");

/* Copy buttons: the text is what stands before the button in its row. */
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  const source = button.parentElement.querySelector(".id") ?? button.previousElementSibling;
  const said = document.getElementById("said");
  try {
    await navigator.clipboard.writeText(source.innerText.trim().replaceAll("\u00a0", " "));
    button.dataset.copy = "done";
    if (said) said.textContent = "Copied.";
    setTimeout(() => { button.dataset.copy = ""; if (said) said.textContent = ""; }, 2000);
  } catch {
    getSelection().selectAllChildren(source);
    if (said) said.textContent = "Selected. Copy it with your keyboard.";
  }
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

/* Back from the next page, out of the browser's memory: the form may be sent again. */
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.querySelectorAll("form[data-sent]").forEach(release);
});

/* After "Show more" the keyboard goes on at the first new row. */
document.addEventListener("htmx:before:swap", (event) => {
  const list = event.detail?.ctx?.target;
  if (list?.id === "days") list.dataset.had = list.querySelectorAll(".txn").length;
});
document.addEventListener("htmx:after:swap", () => {
  const list = document.querySelector("#days[data-had]");
  if (!list) return;
  const had = Number(list.dataset.had);
  delete list.dataset.had;
  list.querySelectorAll(".txn")[had]?.querySelector("a")?.focus({ preventScroll: true });
});
