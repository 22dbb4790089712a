"""A camera with ONVIF events on loopback: subscriptions that end, messages that are pulled, and every bad manner."""

import queue
import re
import threading
from datetime import UTC, datetime, timedelta

from tests.cameras.makers import envelope
from tests.cameras.onvif_device import _HEAD, _TAIL, Device

_EVENTS_HEAD = _HEAD.replace(
    "<s:Body>",
    "<s:Header/><s:Body>",
).replace(
    'xmlns:tt="http://www.onvif.org/ver10/schema"',
    'xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:tev="http://www.onvif.org/ver10/events/wsdl"'
    ' xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:wsa5="http://www.w3.org/2005/08/addressing"',
)
_GONE = (
    '<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text xml:lang="en">no such'
    " subscription</s:Text></s:Reason></s:Fault>"
)


class EventDevice(Device):
    """`say` puts messages into the next answer; `manner` is how it answers a pull.

    fine, gone (forgets each subscription), junk, huge (an answer without end), hang, redirect, hasty (empty at once).
    """

    def __init__(self, *args, events: bool = True, sources: int = 1, broken_time: bool = False, **kwargs) -> None:
        self.events, self.sources, self.broken_time = events, sources, broken_time
        self.manner = "fine"
        self.waiting: queue.Queue[tuple[str, ...]] = queue.Queue()
        self.headers: list[str] = []
        self.let_go = threading.Event()
        self.ended = threading.Event()
        self.pulled = threading.Event()
        super().__init__(*args, **kwargs)

    def say(self, *messages: str) -> None:
        self.waiting.put(messages)

    def close(self) -> None:
        self.let_go.set()
        self.waiting.put(())
        super().close()

    def answer(self, body: str) -> tuple[int, str]:
        status, told = super().answer(body)
        call = re.search(r"Body[^>]*>\s*<(?:\w+:)?(\w+)", body)
        if status == 200 and call and call[1] in {"PullMessages", "Renew", "Unsubscribe", "SetSynchronizationPoint"}:
            self.headers.append(body.partition("Body")[0])
        if status == 200 and call and call[1] == "PullMessages":
            return self._pull()
        if status == 200 and call and call[1] == "Unsubscribe":
            self.ended.set()
        return status, told

    def _pull(self) -> tuple[int, str]:
        self.pulled.set()
        if self.manner == "gone":
            return 400, _EVENTS_HEAD + _GONE + _TAIL
        if self.manner == "junk":
            return 200, "<html>please sign in</html>"
        if self.manner == "huge":
            return 200, "<" + "x" * 6_000_000
        if self.manner == "hang":
            self.let_go.wait(60)
            return 200, envelope().decode()
        if self.manner == "hasty":
            return 200, envelope().decode()
        return 200, envelope(*self.waiting.get()).decode()

    def _told(self, name: str) -> str:
        now = datetime.now(UTC)
        lease = timedelta(seconds=2 if self.broken_time else 120)
        until = (now + lease).strftime("%Y-%m-%dT%H:%M:%SZ")
        moments = (
            f"<wsnt:CurrentTime>{now:%Y-%m-%dT%H:%M:%SZ}</wsnt:CurrentTime>"
            f"<wsnt:TerminationTime>{until}</wsnt:TerminationTime>"
        )
        if name == "CreatePullPointSubscription":
            return (
                "<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference>"
                "<wsa5:Address>http://192.168.77.7:9/onvif/subscription?id=7</wsa5:Address><wsa5:ReferenceParameters>"
                '<own:SubscriptionId xmlns:own="http://maker.example/2009/event">41</own:SubscriptionId>'
                f"</wsa5:ReferenceParameters></tev:SubscriptionReference>{moments}</tev:CreatePullPointSubscriptionResponse>"
            )
        if name in {"Renew", "Unsubscribe"}:
            return f"<wsnt:{name}Response>{moments if name == 'Renew' else ''}</wsnt:{name}Response>"
        if name == "SetSynchronizationPoint":
            return "<tev:SetSynchronizationPointResponse/>"
        told = super()._told(name)
        if name == "GetServices" and self.events:
            service = (
                "<tds:Service><tds:Namespace>http://www.onvif.org/ver10/events/wsdl</tds:Namespace>"
                "<tds:XAddr>http://192.168.77.7:9/onvif/events</tds:XAddr>"
                "<tds:Version><tt:Major>2</tt:Major><tt:Minor>0</tt:Minor></tds:Version></tds:Service>"
            )
            return told.replace("</tds:GetServicesResponse>", service + "</tds:GetServicesResponse>")
        if name == "GetProfiles":
            for number, token in enumerate(("main", "sub")):
                source = f"source-{number if self.sources > 1 else 0}"
                told = told.replace(
                    f"<tt:Name>{token}</tt:Name>",
                    f'<tt:Name>{token}</tt:Name><tt:VideoSourceConfiguration token="conf-{source}"><tt:Name>c</tt:Name>'
                    f"<tt:UseCount>1</tt:UseCount><tt:SourceToken>{source}</tt:SourceToken>"
                    '<tt:Bounds x="0" y="0" width="1920" height="1080"/></tt:VideoSourceConfiguration>',
                )
        return told


def patched_head() -> None:
    """Let answers of the plain device carry the names of events too."""
    import tests.cameras.onvif_device as plain

    plain._HEAD = _EVENTS_HEAD


patched_head()
