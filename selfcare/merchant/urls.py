"""The addresses of the console; each names its merchant."""

from django.urls import include, path, register_converter

from selfcare.merchant import (
    key_views,
    log_views,
    payment_views,
    start_views,
    team_views,
    views,
    webhook_doing_views,
    webhook_views,
)
from selfcare.web.converters import OpaqueId

register_converter(OpaqueId, "consoled")

ONE = "<consoled:merchant_id>/"

WEBHOOK = ONE + "webhooks/<consoled:endpoint_id>/"

app_name = "merchant"
urlpatterns = [
    path("", views.entrance, name="entrance"),
    path(ONE, start_views.start, name="start"),
    path(ONE + "payments/", payment_views.payment_list, name="payments"),
    path(ONE + "payments/new/", payment_views.payment_new, name="payment_new"),
    path(ONE + "payments/<consoled:payment_id>/", payment_views.payment_detail, name="payment"),
    path(
        ONE + "payments/<consoled:payment_id>/moves/", payment_views.move_new, name="payment_move"
    ),
    path(ONE + "log/", log_views.request_list, name="log"),
    path(ONE + "log/<consoled:request_id>/", log_views.request_detail, name="request"),
    path(ONE, include("selfcare.merchant.trying_urls")),
    path(ONE + "keys/", key_views.key_list, name="keys"),
    path(ONE + "keys/new/", key_views.key_new, name="key_new"),
    path(ONE + "keys/<consoled:key_id>/", key_views.key_detail, name="key"),
    path(ONE + "keys/<consoled:key_id>/rotations/new/", key_views.rotation_new, name="key_rotate"),
    path(
        ONE + "keys/<consoled:key_id>/revocations/new/", key_views.revocation_new, name="key_revoke"
    ),
    path(ONE + "return-addresses/", team_views.return_addresses, name="return_addresses"),
    path(
        ONE + "return-addresses/<consoled:address_id>/removals/new/",
        team_views.address_removal,
        name="return_address_removal",
    ),
    path(ONE + "team/", team_views.team, name="team"),
    path(ONE + "team/<consoled:member>/roles/new/", team_views.role_new, name="member_role"),
    path(
        ONE + "team/<consoled:member>/removals/new/",
        team_views.member_removal,
        name="member_removal",
    ),
    path(ONE + "going-live/", start_views.going_live, name="going_live"),
    path(ONE + "webhooks/", webhook_views.endpoint_list, name="webhooks"),
    path(ONE + "webhooks/new/", webhook_doing_views.endpoint_new, name="webhook_new"),
    path(WEBHOOK, webhook_views.endpoint_detail, name="webhook"),
    path(WEBHOOK + "received/", webhook_views.received_list, name="webhook_received"),
    path(WEBHOOK + "changes/new/", webhook_doing_views.change_new, name="webhook_change"),
    path(WEBHOOK + "switchings/new/", webhook_doing_views.switching_new, name="webhook_switch"),
    path(WEBHOOK + "removals/new/", webhook_doing_views.removal_new, name="webhook_remove"),
    path(
        WEBHOOK + "secret-rotations/new/", webhook_doing_views.rotation_new, name="webhook_rotate"
    ),
    path(WEBHOOK + "samples/new/", webhook_doing_views.sample_new, name="webhook_sample"),
    path(WEBHOOK + "resends/new/", webhook_doing_views.resend_new, name="webhook_resend"),
    path(WEBHOOK + "answers/new/", webhook_doing_views.answer_new, name="webhook_answer"),
]
