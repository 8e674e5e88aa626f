"""Where our own receivers are."""

from django.urls import re_path

from sandbox.webhooks import addresses, receiving

urlpatterns = [re_path(rf"^receiver/(?P<token>{addresses.NAME})/$", receiving.receive)]
