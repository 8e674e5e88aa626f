"""The addresses of transactions."""

from django.urls import path, register_converter

from selfcare.transactions import (
    deciding,
    list_urls,
    picking_views,
    repeating,
    summary_views,
    views,
)
from selfcare.web.converters import OpaqueId

register_converter(OpaqueId, "opaque")

app_name = "transactions"
urlpatterns = [
    *list_urls.urlpatterns,
    path("cards/balances/", views.card_balances, name="card_balances"),
    path("cards/waiting/", views.card_waiting, name="card_waiting"),
    path("cards/latest/", views.card_latest, name="card_latest"),
    path("cards/flow/", summary_views.card_flow, name="card_flow"),
    path("summary/", summary_views.summary, name="summary"),
    path("bulk/new/", picking_views.bulk_new, name="bulk_new"),
    path("bulk/cancellations/", picking_views.bulk_cancel, name="bulk_cancel"),
    path("bulk/labellings/", picking_views.bulk_label, name="bulk_label"),
    path("bulk/labelled/", picking_views.bulk_labelled, name="bulk_labelled"),
    path("bulk/<opaque:key>/", picking_views.bulk_detail, name="bulk_detail"),
    path("<opaque:transaction_id>/", views.transaction_detail, name="detail"),
    path("<opaque:transaction_id>/state/", views.card_state, name="card_state"),
    path(
        "<opaque:transaction_id>/cancellations/new/",
        deciding.cancellation_new,
        name="cancellation_new",
    ),
    path(
        "<opaque:transaction_id>/confirmations/new/",
        deciding.confirmation_new,
        name="confirmation_new",
    ),
    path("<opaque:transaction_id>/undos/new/", deciding.undo_new, name="undo_new"),
    path(
        "<opaque:transaction_id>/confirmation-withdrawals/new/",
        deciding.confirmation_withdrawal_new,
        name="confirmation_withdrawal_new",
    ),
    path(
        "<opaque:transaction_id>/repetitions/new/",
        repeating.repetition_new,
        name="repetition_new",
    ),
]
