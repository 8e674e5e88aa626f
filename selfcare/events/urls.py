"""The address that the platform posts events to; no page."""

from django.urls import path

from selfcare.events import hook

app_name = "events"
urlpatterns = [
    # Named by the platform's contract, which knows no slash at its end.
    path("hooks/platform", hook.platform, name="hook"),
]
