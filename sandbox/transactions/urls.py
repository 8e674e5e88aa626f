"""Where the transaction service's operations live, below `/transaction-service/v1/`."""

from django.urls import path

from sandbox.transactions import reads, views

ONE = "users/<str:sub>/transactions/<str:id_>"

urlpatterns = [
    path("users/<str:sub>/accounts", views.account_list),
    path("users/<str:sub>/transactions", views.transaction_list),
    path("users/<str:sub>/transactions/search", reads.search),
    path("users/<str:sub>/transactions/totals", reads.totals_of),
    path("users/<str:sub>/transactions/stream", reads.lines),
    path("users/<str:sub>/transactions/summary", reads.summary_of),
    path("users/<str:sub>/accounts/<str:account_id>/statement", reads.statement_of),
    path("users/<str:sub>/merchants", reads.merchants),
    path(ONE, views.transaction_detail),
    path("users/<str:sub>/outcomes/<str:key>", views.outcome_detail),
    path(f"{ONE}/cancellations", views.cancellation_new),
    path(f"{ONE}/confirmations", views.confirmation_new),
    path(f"{ONE}/undos", views.undo_new),
    path(f"{ONE}/confirmation-withdrawals", views.confirmation_withdrawal_new),
    path(f"{ONE}/repeat-offer", views.repeat_offer),
    path(f"{ONE}/repetitions", views.repetition_new),
]
