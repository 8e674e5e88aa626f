"""Where the sandbox API's resources are, below `/sandbox-api/v1/`."""

from django.urls import path

from sandbox.console import (
    clocks,
    keys,
    log,
    members,
    merchants,
    payments,
    progress,
    resets,
    return_addresses,
    scenarios,
)

ONE = "users/<str:sub>/merchants/<str:merchant_id>/"

urlpatterns = [
    path("users/<str:sub>/merchants", merchants.merchant_list),
    path(ONE + "progress", progress.progress),
    path(ONE + "clock", clocks.clock_detail),
    path(ONE + "clock/advances", clocks.advance_new),
    path(ONE + "clock/advances/<str:advance_id>", clocks.advance_detail),
    path(ONE + "magic-values", scenarios.magic_list),
    path(ONE + "contents", resets.contents),
    path(ONE + "resets", resets.reset_new),
    path(ONE + "runs", scenarios.run_list),
    path(ONE + "runs/<str:run_id>", scenarios.run_detail),
    path(ONE + "runs/<str:run_id>/replays", scenarios.replay_new),
    path(ONE + "scenarios", scenarios.scenario_list),
    path(ONE + "scenarios/<str:scenario_id>", scenarios.scenario_detail),
    path(ONE + "scripts", scenarios.script_new),
    path(ONE + "scripts/<str:scenario_id>/changes", scenarios.script_change),
    path(ONE + "scripts/<str:scenario_id>/removals", scenarios.script_removal),
    path(ONE + "keys", keys.key_list),
    path(ONE + "keys/<str:key_id>", keys.key_detail),
    path(ONE + "keys/<str:key_id>/rotations", keys.rotation_new),
    path(ONE + "keys/<str:key_id>/revocations", keys.revocation_new),
    path(ONE + "payments", payments.payment_list),
    path(ONE + "payments/<str:payment_id>", payments.payment_detail),
    path(ONE + "payments/<str:payment_id>/moves", payments.move_new),
    path(ONE + "requests", log.request_list),
    path(ONE + "requests/<str:request_id>", log.request_detail),
    path(ONE + "return-addresses", return_addresses.address_list),
    path(ONE + "return-addresses/<str:address_id>", return_addresses.address_detail),
    path(ONE + "return-addresses/<str:address_id>/removals", return_addresses.removal_new),
    path(ONE + "members", members.member_list),
    path(ONE + "members/<str:member>", members.member_detail),
    path(ONE + "members/<str:member>/roles", members.role_new),
    path(ONE + "members/<str:member>/removals", members.removal_new),
]
