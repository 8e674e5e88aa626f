"""What is asked for an endpoint: its address, which events, and what is sent again."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from selfcare import errors
from selfcare.merchant import webhook_wording
from selfcare.merchant.forms import WriteForm
from selfcare.merchant.webhook_shapes import Endpoint

ANSWERS = (200, 204, 302, 400, 404, 410, 500, 503)


def grouped(types: tuple[str, ...]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Types by the noun they begin with, as choices."""
    found: dict[str, list[tuple[str, str]]] = {}
    for type_ in types:
        noun = type_.partition(".")[0]
        name = webhook_wording.said(webhook_wording.NOUNS, noun)
        found.setdefault(name, []).append((type_, type_))
    return list(found.items())


class TypesForm(WriteForm):
    """Which events: all, or those that are ticked."""

    every = forms.ChoiceField(
        label=_lazy("Which events"),
        choices=[("all", _lazy("all, also what is new one day")), ("some", _lazy("these alone:"))],
        initial="all",
        widget=forms.RadioSelect,
    )
    types = forms.MultipleChoiceField(
        label=_lazy("Events"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, types: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = types
        field = self.fields["types"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101
        field.choices = [(one, one) for one in types]

    @property
    def groups(self) -> list[dict[str, Any]]:
        """The ticks by noun, for the template."""
        value = self["types"].value()
        ticked = set(value if isinstance(value, list | tuple) else [])
        return [
            {"name": name, "types": [(one, one in ticked) for one, _name in some]}
            for name, some in grouped(self.known)
        ]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if found.get("every") == "some" and not found.get("types"):
            self.add_error("types", _("Tick at least one, or take all of them."))
        return found

    def chosen(self) -> list[str]:
        return ["*"] if self.cleaned_data["every"] == "all" else self.cleaned_data["types"]

    def refuse(self, error: errors.Rejected) -> None:
        """What is wrong with a field is said there."""
        field = str(error.problem.get("field") or "")
        if field in self.fields and error.code in REFUSED:
            self.add_error(field, REFUSED[error.code])
            self.renew()
        else:
            super().refuse(error)


REFUSED = {
    "bad_url": _lazy(
        "An address begins with https:// and has a host, without a user, a fragment, or a port "
        "below 1024 other than 443."
    ),
    "private_address": _lazy(
        "This leads to a private address. Webhooks go to public ones only. Nothing is listening "
        "yet? Take our receiver."
    ),
    "unknown_host": _lazy("There is no such host. Is the name spelled right?"),
}


class EndpointForm(TypesForm):
    where = forms.ChoiceField(
        label=_lazy("Where to"),
        choices=[
            ("ours", _lazy("a receiver of ours, for as long as you have none")),
            ("own", _lazy("an address of yours:")),
        ],
        initial="own",
        widget=forms.RadioSelect,
    )
    url = forms.CharField(
        label=_lazy("Address"),
        required=False,
        max_length=500,
        help_text=_lazy("Such as https://shop.example/hooks."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "inputmode": "url", "spellcheck": "false"}
        ),
    )
    description = forms.CharField(
        label=_lazy("Name, if you like"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if found.get("where") == "own" and not found.get("url"):
            self.add_error("url", _("Say where to."))
        return found

    def body(self) -> dict[str, Any]:
        own = self.cleaned_data["where"] == "own"
        return {
            **({"url": self.cleaned_data["url"].strip()} if own else {}),
            "types": self.chosen(),
            "description": self.cleaned_data["description"].strip(),
        }


class ChangeForm(TypesForm):
    url = EndpointForm.base_fields["url"]
    description = EndpointForm.base_fields["description"]

    def __init__(self, *args: Any, endpoint: Endpoint, **kwargs: Any) -> None:
        known = {
            "url": endpoint.url,
            "description": endpoint.description,
            "every": "all" if endpoint.wants_all else "some",
            "types": [one for one in kwargs["types"] if _is_chosen(one, endpoint.types)],
        }
        super().__init__(*args, initial=known, **kwargs)
        self.endpoint = endpoint
        if endpoint.receiver:
            del self.fields["url"]
        else:
            self.fields["url"].required = True

    def body(self) -> dict[str, Any]:
        url = self.cleaned_data.get("url", "").strip()
        return {
            **({"url": url} if url and url != self.endpoint.url else {}),
            "types": self.chosen(),
            "description": self.cleaned_data["description"].strip(),
        }


def _is_chosen(type_: str, chosen: tuple[str, ...]) -> bool:
    return bool({type_, f"{type_.partition('.')[0]}.*"} & set(chosen))


class SecretForm(WriteForm):
    overlap_seconds = forms.TypedChoiceField(
        label=_lazy("How long the old secret signs along"),
        coerce=int,
        initial=86_400,
        choices=[
            (0, _lazy("not at all: it ends at once")),
            (3600, _lazy("1 hour")),
            (86_400, _lazy("24 hours")),
            (604_800, _lazy("7 days")),
        ],
        help_text=_lazy("Each webhook carries both signatures until then: take the one you know."),
    )

    def body(self) -> dict[str, Any]:
        return {"overlap_seconds": self.cleaned_data["overlap_seconds"]}


class SampleForm(WriteForm):
    type = forms.ChoiceField(label=_lazy("Event"))

    def __init__(self, *args: Any, types: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["type"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = grouped(types)
        self.initial.setdefault("type", "payment.completed")


class ResendForm(WriteForm):
    """Events that were ticked and came with the address, or what happened lately."""

    what = forms.ChoiceField(
        label=_lazy("What to send again"),
        choices=[
            ("missed", _lazy("what it has not taken")),
            ("all", _lazy("everything of the chosen types")),
        ],
        initial="missed",
        widget=forms.RadioSelect,
    )
    since = forms.ChoiceField(
        label=_lazy("How far back"),
        choices=[
            ("3600", _lazy("the last hour")),
            ("86400", _lazy("the last 24 hours")),
            ("604800", _lazy("the last 7 days")),
            ("ever", _lazy("to the beginning")),
        ],
        initial="ever",
    )

    def __init__(self, *args: Any, events: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.events = events
        if events:
            del self.fields["what"], self.fields["since"]

    def body(self) -> dict[str, Any]:
        if self.events:
            return {"events": self.events}
        since = self.cleaned_data["since"]
        return {
            **({"since_sequence": 1} if since == "ever" else {"since_seconds": int(since)}),
            "only_missed": self.cleaned_data["what"] == "missed",
        }


class AnswerForm(WriteForm):
    answers_with = forms.TypedChoiceField(
        label=_lazy("It answers with"), coerce=int, choices=[(one, str(one)) for one in ANSWERS]
    )

    def body(self) -> dict[str, Any]:
        return {"answers_with": self.cleaned_data["answers_with"]}
