"""Where the sandbox API's resources are, below `/sandbox-api/v1/`."""

from django.urls import path

from sandbox.console import keys, merchants

ONE = "users/<str:sub>/merchants/<str:merchant_id>/"

urlpatterns = [
    path("users/<str:sub>/merchants", merchants.merchant_list),
    path(ONE + "keys", keys.key_list),
    path(ONE + "keys/<str:key_id>", keys.key_detail),
    path(ONE + "keys/<str:key_id>/rotations", keys.rotation_new),
    path(ONE + "keys/<str:key_id>/revocations", keys.revocation_new),
]
