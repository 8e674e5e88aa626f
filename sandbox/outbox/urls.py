"""Where mails, texts and pushes are shown, and where texts and pushes come in."""

from django.urls import path

from sandbox.outbox import pages, pushes, texts

app_name = "outbox"
urlpatterns = [
    path("sms/<str:gateway>/messages", texts.message_new, name="text_new"),
    path("push/<str:token>", pushes.message_new, name="push_new"),
    path("outbox/", pages.outbox, name="outbox"),
    path("outbox/mails/<str:id_>/", pages.mail, name="mail"),
    path("outbox/mails/<str:id_>/html/", pages.mail_html, name="mail_html"),
    path("outbox/browsers/", pages.browser_new, name="browser_new"),
    path("outbox/browsers/<str:token>/removals/", pages.browser_removal, name="browser_removal"),
    path("outbox/emptyings/", pages.emptying_new, name="emptying_new"),
]
