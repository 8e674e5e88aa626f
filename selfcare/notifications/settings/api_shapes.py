"""What the API of rules takes and gives, with examples; no rule of ours is in here."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import StringConstraints

Category = Literal[
    "money_in",
    "money_out",
    "needs_action",
    "cases",
    "failed",
    "permissions",
    "statements",
    "news",
    "security",
]
Channel = Literal["in_app", "email", "sms", "push"]
Mode = Literal["off", "at_once", "daily", "weekly"]
Merchants = Literal["all", "only", "except"]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Minor = Annotated[int, Field(strict=True, ge=0, le=2**63 - 1)]
MerchantId = Annotated[str, StringConstraints(pattern=r"^mer_[A-Za-z0-9_]{1,36}$")]
Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Version = Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]

NOTIFICATION = "ntf_019c8f3e0a7b7c52a1d4f0b7c3a2e915"


class NotificationRuleIn(Schema):
    """What holds for one kind of notice on one channel."""

    category: Category = Field(examples=["money_out"])
    channel: Channel = Field(examples=["email"])
    mode: Mode = Field(examples=["at_once"])
    above: dict[Currency, Minor] = Field(
        default_factory=dict,
        max_length=20,
        examples=[{"EUR": 5000}],
        description="by currency the least amount in minor units; without one every amount counts",
    )
    merchants: Merchants = Field("all", examples=["except"])
    merchant_ids: list[MerchantId] = Field(
        default_factory=list, max_length=30, examples=[["mer_nordlicht"]]
    )


class NotificationRuleOut(NotificationRuleIn):
    """`chosen` is false where the default holds; `modes` are those that can be chosen."""

    chosen: bool = Field(examples=[True])
    modes: list[Mode] = Field(examples=[["off", "at_once", "daily", "weekly"]])
    can_be_muted: bool = Field(
        examples=[True], description="false for security in the inbox and by mail"
    )


class NotificationRulesOut(Schema):
    """All 36 cells of the matrix; `version` is of rules and settings together."""

    version: int = Field(examples=[4])
    data: list[NotificationRuleOut]


class RulesIn(Schema):
    """All that is not the default; a cell that is left out is the default again."""

    seen_version: Version = Field(examples=[3], description="the version that you read")
    data: list[NotificationRuleIn] = Field(max_length=36)


class QuietShape(Schema):
    """By the clock in `zone`, over midnight where it begins later than it ends."""

    begin: Clock = Field(examples=["22:00"])
    end: Clock = Field(examples=["07:00"])


class SettingsOut(Schema):
    version: int = Field(examples=[4])
    zone: str = Field(examples=["Europe/Berlin"], description="from your preferences")
    quiet: QuietShape | None
    digest_at: Clock = Field(examples=["18:00"])
    digest_weekday: int = Field(examples=[0], description="of weekly digests; Monday is 0")


class SettingsIn(Schema):
    seen_version: Version = Field(examples=[3], description="the version that you read")
    quiet: QuietShape | None = Field(None, description="null: no quiet hours")
    digest_at: Clock = Field("18:00", examples=["18:00"])
    digest_weekday: Annotated[int, Field(strict=True, ge=0, le=6)] = Field(0, examples=[0])


class PreviewIn(Schema):
    """Rules and settings to try; what is left out is as saved. Nothing is kept."""

    rules: list[NotificationRuleIn] | None = Field(
        None, max_length=36, description="as for PUT /rules"
    )
    settings: SettingsIn | None = Field(None, description="its `seen_version` doesn't matter")


class CountsOut(Schema):
    email: int = Field(examples=[14])
    sms: int = Field(examples=[2])
    push: int = Field(examples=[0])
    in_app: int = Field(examples=[47])


class MessageOut(Schema):
    channel: Channel = Field(examples=["email"])
    at: datetime = Field(examples=["2026-11-20T17:00:00Z"])
    digest: str = Field(examples=["daily"], description="empty for a single message")
    notifications: list[str] = Field(examples=[[NOTIFICATION]])


class DifferenceOut(Schema):
    channel: Channel
    category: Category
    before: str = Field(examples=["now"])
    after: str = Field(examples=["below_threshold"])
    count: int = Field(examples=[8])
    words: str = Field(
        examples=["8 notices of “Money in” by Mail: below your amount instead of at once"]
    )


class PreviewOut(Schema):
    """`messages` are the last 1,000 of them, the newest first."""

    days: int = Field(examples=[30])
    words: str = Field(examples=["14 mails, 2 texts and 0 pushes"])
    counts: CountsOut
    saved: CountsOut = Field(description="the same with what is saved")
    differences: list[DifferenceOut]
    messages: list[MessageOut]
    is_cut: bool = Field(description="so much happened that only the newest of it is counted")


class AttemptOut(Schema):
    at: datetime
    outcome: Literal["sent", "later", "refused"]
    provider: str = Field(examples=["smtp"])
    detail: str = Field(examples=["250"])
    milliseconds: int = Field(examples=[38])


class DeliveryOut(Schema):
    channel: Channel = Field(examples=["email"])
    state: Literal["waiting", "sent", "in_digest", "not_wanted", "dead"]
    reason: str = Field(examples=["below_threshold"])
    words: str = Field(
        examples=["Not sent. You want to be told from 20.00 EUR here, and this was 6.00 EUR."]
    )
    rule: dict[str, Any] = Field(
        examples=[{"mode": "at_once", "chosen": True, "above": {"EUR": 2000}}],
        description="what held then",
    )
    address: str = Field(examples=["alice@example.com"], description="empty where there is none")
    due_at: datetime
    sent_at: datetime | None
    attempts: list[AttemptOut]


class WhyOut(Schema):
    id: str = Field(examples=[NOTIFICATION])
    event_type: str = Field(examples=["transaction.completed"])
    category: Category = Field(examples=["money_out"])
    title: str = Field(examples=["You paid 64.90 EUR to Nordlicht Books"])
    occurred_at: datetime
    deliveries: list[DeliveryOut]


class UntoldOut(Schema):
    event_type: str = Field(examples=["transaction.processing"])
    occurred_at: datetime
    reason: str = Field(examples=["We tell nobody of this step by itself."])


class TransactionWhyOut(Schema):
    data: list[WhyOut]
    untold: list[UntoldOut]
