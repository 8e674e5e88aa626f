"""Shows the outbox like phones and mailboxes; it receives nothing."""

from django.http import HttpRequest, HttpResponse


def outbox(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=503)


mail = mail_html = emptying_new = outbox
