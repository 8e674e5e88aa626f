"""The auth service's addresses; clients find them by discovery alone."""

from django.urls import path

from . import door, leaving, metadata, tokens

app_name = "auth"
urlpatterns = [
    path(".well-known/openid-configuration", metadata.discovery, name="discovery"),
    path("openid/jwks", metadata.jwks, name="jwks"),
    path("openid/authorize", door.authorize, name="authorize"),
    path("openid/token", tokens.token, name="token"),
    path("openid/userinfo", tokens.userinfo, name="userinfo"),
    path("openid/end-session", leaving.end_session, name="end_session"),
    path("openid/end-session/confirmed", leaving.end_session_confirm, name="end_session_confirm"),
    path("sign-in/<str:handle>/", door.sign_in, name="sign_in"),
]
