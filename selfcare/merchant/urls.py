"""The addresses of the console; each names its merchant."""

from django.urls import path, register_converter

from selfcare.merchant import key_views, views
from selfcare.web.converters import OpaqueId

register_converter(OpaqueId, "consoled")

ONE = "<consoled:merchant_id>/"

app_name = "merchant"
urlpatterns = [
    path("", views.entrance, name="entrance"),
    path(ONE + "keys/", key_views.key_list, name="keys"),
    path(ONE + "keys/new/", key_views.key_new, name="key_new"),
    path(ONE + "keys/<consoled:key_id>/", key_views.key_detail, name="key"),
    path(ONE + "keys/<consoled:key_id>/rotations/new/", key_views.rotation_new, name="key_rotate"),
    path(
        ONE + "keys/<consoled:key_id>/revocations/new/", key_views.revocation_new, name="key_revoke"
    ),
]
