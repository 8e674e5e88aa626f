"""Where the feed of events is, below `/transaction-service/v1/`."""

from django.urls import path

from sandbox.events import feed

urlpatterns = [path("events", feed.event_list)]
