"""What every form of the console that writes has: an idempotency key, made with the page."""

import secrets
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.http import QueryDict

from selfcare import errors
from selfcare.merchant import wording
from selfcare.web.request import Request


def new_key() -> str:
    return f"con_{secrets.token_urlsafe(24)}"


class WriteForm(forms.Form):
    """A form that is sent twice, by two clicks or by the back button, is carried out once.

    `form.key` goes to `room.write(…, key=form.key)`.
    """

    once = forms.CharField(
        widget=forms.HiddenInput,
        validators=[RegexValidator(r"^[A-Za-z0-9_-]{16,128}\Z")],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("once", new_key())

    @property
    def key(self) -> str:
        return str(self.cleaned_data["once"])

    def refuse(self, error: errors.Rejected) -> None:
        """Say on the form why the sandbox said no; what was typed stays, to be sent anew."""
        self.add_error(None, wording.refused(error))
        self.renew()

    def renew(self) -> None:
        """Under the old key the refusal would be answered again."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["once"] = new_key()
        self.data = data


def sent(request: Request) -> QueryDict | None:
    """What the form was sent with, be it nothing; None where the page is only opened."""
    return request.POST if request.method == "POST" else None


def status_of(form: forms.Form) -> int:
    """Of a page with a form: 422 where the form was sent and not taken."""
    return 422 if form.errors else 200
