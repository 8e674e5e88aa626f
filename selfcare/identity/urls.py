"""Addresses of signing in and out, and of a person's devices."""

from django.urls import path, register_converter

from selfcare.identity import back_channel, devices, views
from selfcare.web.converters import OpaqueId

register_converter(OpaqueId, "identity_id")

app_name = "identity"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-in/another-person/", views.another_person, name="another_person"),
    path("sign-in/callback/", views.callback, name="callback"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("sign-out/back-channel/", back_channel.back_channel, name="back_channel"),
    path("signed-out/", views.signed_out, name="signed_out"),
    path("devices/", devices.device_list, name="devices"),
    path("devices/sign-outs/", devices.other_devices_sign_out, name="other_devices_sign_out"),
    path(
        "devices/<identity_id:public_id>/sign-outs/",
        devices.device_sign_out,
        name="device_sign_out",
    ),
]
