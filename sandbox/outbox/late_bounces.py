"""Reports that mail to `late-bounce@…` came back, as a provider's adapter does; takes no mail."""

import json
import time
import uuid
from datetime import timedelta

import requests
from django.conf import settings

from sandbox import clock
from sandbox.events import signing
from sandbox.outbox.models import Message

MAILBOX = "late-bounce@"
AFTER = timedelta(seconds=2)
# What nobody takes in that time is given up.
KEPT_TRYING = timedelta(minutes=2)
TIMEOUT = (3.0, 10.0)


class LateBounces:
    """Remembers what was told; told again after a restart, it changes nothing at the receiver."""

    def __init__(self) -> None:
        self.keys = signing.keys(settings.SANDBOX_REPORT_SECRET)
        self.told: set[uuid.UUID] = set()

    def round(self) -> int:
        now = clock.now()
        came = Message.objects.filter(
            channel=Message.Channel.MAIL,
            recipient__startswith=MAILBOX,
            received_at__gt=now - KEPT_TRYING,
            received_at__lte=now - AFTER,
        )
        new = [one for one in came.exclude(key=None) if one.pk not in self.told]
        taken = [one.pk for one in new if self._report(one)]
        self.told.update(taken)
        return len(taken)

    def _report(self, mail: Message) -> bool:
        failure = {
            "delivery_id": (mail.key or "").strip("<>").partition("@")[0],
            "permanent": True,
            "reason": "bounced",
            "recipient": mail.recipient,
            "detail": "5.1.1",
        }
        told = {
            "type": "delivery.failed",
            "timestamp": clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "data": failure,
        }
        content = json.dumps(told).encode()
        signed = signing.headers(self.keys, f"rep_{mail.pk.hex}", int(time.time()), content)
        try:
            answer = requests.post(
                settings.SANDBOX_REPORT_URL,
                data=content,
                headers={**signed, "Content-Type": "application/json"},
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException:
            return False
        return answer.status_code == 202
