/* Subscribes this browser to pushes, and sends its subscription with the form that takes it. */
"use strict";

function keyBytes(text) {
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(plain + "=".repeat((4 - (plain.length % 4)) % 4)), (c) => c.charCodeAt(0));
}

/* A subscription that was made for a former key of ours takes nothing any more. */
async function dropOther(manager, key) {
  const former = await manager.getSubscription();
  const made = former && former.options.applicationServerKey;
  if (former && String(made && new Uint8Array(made)) !== String(key)) {
    await former.unsubscribe();
  }
}

function tell(words) {
  const said = document.getElementById("push-said");
  said.textContent = words;
  said.hidden = false;
}

async function subscribe(button) {
  if ((await Notification.requestPermission()) !== "granted") {
    tell(button.dataset.denied);
    return;
  }
  const registration = await navigator.serviceWorker.register(button.dataset.worker, { scope: "/" });
  await navigator.serviceWorker.ready;
  const key = keyBytes(button.dataset.push);
  await dropOther(registration.pushManager, key);
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: key,
  });
  const form = document.getElementById(button.dataset.form);
  form.elements["push-value"].value = JSON.stringify(subscription);
  form.elements["push-name"].value = button.dataset.name;
  form.requestSubmit();
}

document.querySelectorAll("[data-push]").forEach((button) => {
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) {
    button.hidden = true;
    return;
  }
  button.addEventListener("click", async () => {
    button.setAttribute("aria-busy", "true");
    try {
      await subscribe(button);
    } catch {
      tell(button.dataset.failed);
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
});
