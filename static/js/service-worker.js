/* Shows what is pushed, and opens the page that it is about. It keeps nothing and fetches nothing. */
"use strict";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  let told = {};
  try {
    told = event.data ? event.data.json() : {};
  } catch {
    /* Not from us, or broken: something has to be shown all the same. */
  }
  event.waitUntil(self.registration.showNotification(told.title || "Selfcare", {
    body: told.body || "",
    /* The same delivery again replaces the first, and says nothing twice. */
    tag: told.tag || "selfcare",
    lang: told.lang || "en",
    icon: "/static/favicon.svg",
    data: { path: told.path || "/" },
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const target = new URL(event.notification.data?.path || "/", self.location.origin);
  /* Only ever to a page of this site, whatever the push said. */
  const address = target.origin === self.location.origin ? target.href : self.location.origin;
  event.waitUntil((async () => {
    const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const open = windows.find((one) => one.url === address);
    if (open) return open.focus();
    return self.clients.openWindow(address);
  })());
});
