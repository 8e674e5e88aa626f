"""The worker's duties of sending, one for each channel: find what is due and hand its id over."""

import threading

from django.conf import settings
from django.utils import timezone

from selfcare.notifications import channels
from selfcare.notifications.delivery import gathering, leases, rests, sending
from selfcare.notifications.tasks import crews, send_delivery

AT_ONCE = 100
# A broker that is slow is given no more than this: what waits in it is carried again in time.
MOST_CARRIED = 200
# So many are sent with one look at their people. People choose whose servers push to them: one of
# those that hangs must not have other people's pushes behind it.
TOGETHER = {"email": 10, "sms": 10, "push": 1}
# What comes meanwhile goes out together.
PAUSE_SECONDS = 0.2


def email(stop: threading.Event) -> None:
    run("email", stop)


def sms(stop: threading.Event) -> None:
    run("sms", stop)


def push(stop: threading.Event) -> None:
    run("push", stop)


def run(channel: str, stop: threading.Event) -> None:
    """Until nothing is due; told to stop, it finishes what is sent and gives the rest back."""
    if channel not in channels.on():
        _let_go(channel)
        return
    if settings.TASKS_BACKEND != "database":
        while not stop.is_set() and carry(channel, MOST_CARRIED - leases.carried(channel)):
            stop.wait(PAUSE_SECONDS)
        return
    crew = crews.of(channel) or crews.open_for(channel, sending.send_all, TOGETHER[channel])
    while not stop.is_set():
        if carry(channel, crew.room()):
            crew.wait_for_room(PAUSE_SECONDS)
        elif crew.is_idle():
            return
        else:
            stop.wait(PAUSE_SECONDS)
    leases.give_back(crews.close(channel))


def _let_go(channel: str) -> None:
    """What waits on a channel that is off is not wanted any more, and needs nobody to carry it."""
    if not leases.anything_due(channel):
        return
    gathering.close_due(channel, timezone.now())
    for pk in leases.carry(channel, AT_ONCE):
        send_delivery.call(str(pk))


def carry(channel: str, room: int) -> int:
    """Closes digests whose time has come, and hands on the ids of what is due; how many."""
    if not leases.anything_due(channel):
        return 0
    gathering.close_due(channel, timezone.now())
    found = leases.carry(channel, min(rests.room(channel, room), AT_ONCE))
    task = send_delivery.using(queue_name=channel)
    begun = 0
    try:
        for pk in found:
            task.enqueue(str(pk))
            begun += 1
    finally:
        # The broker is gone: anybody may carry them, as soon as it is back.
        leases.give_back(found[begun:])
    return len(found)
