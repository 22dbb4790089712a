"""A camera that speaks ONVIF on loopback: answers as recorded from devices, asks for its password, keeps what it was told."""

import base64
import hashlib
import re
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_HEAD = (
    '<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl"'
    ' xmlns:tptz="http://www.onvif.org/ver20/ptz/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema"><s:Body>'
)
_TAIL = "</s:Body></s:Envelope>"
_FAULT = (
    '<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value xmlns:ter="http://www.onvif.org/ver10/error">'
    'ter:NotAuthorized</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en">Sender not Authorized</s:Text>'
    "</s:Reason></s:Fault>"
)


def _profile(token: str, width: int, height: int, codec: str) -> str:
    return (
        f'<trt:Profiles token="{token}" fixed="true"><tt:Name>{token}</tt:Name>'
        f'<tt:VideoEncoderConfiguration token="v"><tt:Name>v</tt:Name><tt:UseCount>1</tt:UseCount>'
        f"<tt:Encoding>{codec}</tt:Encoding><tt:Resolution><tt:Width>{width}</tt:Width><tt:Height>{height}</tt:Height>"
        "</tt:Resolution><tt:Quality>4</tt:Quality>"
        "<tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type></tt:Address><tt:Port>0</tt:Port><tt:TTL>1</tt:TTL>"
        "<tt:AutoStart>false</tt:AutoStart></tt:Multicast><tt:SessionTimeout>PT60S</tt:SessionTimeout>"
        "</tt:VideoEncoderConfiguration></trt:Profiles>"
    )


class Device:
    """The device and its server; `said` are the names of the calls that were let in, `moves` their bodies."""

    def __init__(self, username: str = "admin", password: str = "รหัส", *, ptz: bool = True) -> None:
        self.username, self.password, self.ptz = username, password, ptz
        self.said: list[str] = []
        self.moves: list[str] = []
        self.moved = threading.Event()
        self.broken: set[str] = set()
        self.plain = False
        device = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                status, told = device.answer(body)
                self.send_response(status)
                self.send_header("Content-Type", "application/soap+xml; charset=utf-8")
                self.send_header("Content-Length", str(len(told.encode())))
                self.end_headers()
                self.wfile.write(told.encode())

            def log_message(self, *_args: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/onvif/device_service"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def _let_in(self, body: str) -> bool:
        parts = {
            name: re.search(rf"<(?:\w+:)?{name}\b[^>]*>([^<]*)<", body)
            for name in ("Username", "Password", "Nonce", "Created")
        }
        if not all(parts.values()):
            return False
        name, told, nonce, created = (parts[key][1] for key in ("Username", "Password", "Nonce", "Created"))  # type: ignore[index]
        wanted = hashlib.sha1(base64.b64decode(nonce) + created.encode() + self.password.encode()).digest()
        return name == self.username and told == base64.b64encode(wanted).decode()

    def answer(self, body: str) -> tuple[int, str]:
        if self.plain:
            return 200, "<html>a printer</html>"
        call = re.search(r"Body[^>]*>\s*<(?:\w+:)?(\w+)", body)
        name = call[1] if call else ""
        if name != "GetSystemDateAndTime" and not self._let_in(body):
            return 400, _HEAD + _FAULT + _TAIL
        if name in self.broken:
            return 500, _HEAD + _FAULT.replace("NotAuthorized", "ActionNotSupported").replace(
                "Sender not Authorized", "no"
            ) + _TAIL
        self.said.append(name)
        if name in {"ContinuousMove", "Stop", "GotoPreset"}:
            self.moves.append(body)
            self.moved.set()
        return 200, _HEAD + self._told(name) + _TAIL

    def _told(self, name: str) -> str:
        now = datetime.now(UTC)
        services = [
            ("ver10/device", "device_service"),
            ("ver10/media", "media"),
            *([("ver20/ptz", "ptz")] if self.ptz else []),
        ]
        answers = {
            "GetSystemDateAndTime": "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType>"
            "<tt:DaylightSavings>false</tt:DaylightSavings><tt:UTCDateTime>"
            f"<tt:Time><tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute><tt:Second>{now.second}</tt:Second></tt:Time>"
            f"<tt:Date><tt:Year>{now.year}</tt:Year><tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day></tt:Date>"
            "</tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>",
            "GetServices": "<tds:GetServicesResponse>"
            + "".join(
                f"<tds:Service><tds:Namespace>http://www.onvif.org/{space}/wsdl</tds:Namespace>"
                f"<tds:XAddr>http://192.168.77.7:9/onvif/{path}</tds:XAddr>"
                "<tds:Version><tt:Major>2</tt:Major><tt:Minor>0</tt:Minor></tds:Version></tds:Service>"
                for space, path in services
            )
            + "</tds:GetServicesResponse>",
            "GetDeviceInformation": "<tds:GetDeviceInformationResponse><tds:Manufacturer>Maker</tds:Manufacturer><tds:Model>M1</tds:Model>"
            "<tds:FirmwareVersion>1.2</tds:FirmwareVersion><tds:SerialNumber>S</tds:SerialNumber><tds:HardwareId>H</tds:HardwareId>"
            "</tds:GetDeviceInformationResponse>",
            "GetProfiles": f"<trt:GetProfilesResponse>{_profile('main', 1920, 1080, 'H264')}{_profile('sub', 640, 360, 'H264')}</trt:GetProfilesResponse>",
            "GetStreamUri": "<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>rtsp://admin:x@0.0.0.0:8554/stream</tt:Uri>"
            "<tt:InvalidAfterConnect>false</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false</tt:InvalidAfterReboot>"
            "<tt:Timeout>PT0S</tt:Timeout></trt:MediaUri></trt:GetStreamUriResponse>",
            "GetSnapshotUri": "<trt:GetSnapshotUriResponse><trt:MediaUri><tt:Uri>http://10.1.1.1/snap.jpg</tt:Uri>"
            "<tt:InvalidAfterConnect>false</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false</tt:InvalidAfterReboot>"
            "<tt:Timeout>PT0S</tt:Timeout></trt:MediaUri></trt:GetSnapshotUriResponse>",
            "GetPresets": '<tptz:GetPresetsResponse><tptz:Preset token="1"><tt:Name>ปากซอย</tt:Name></tptz:Preset>'
            '<tptz:Preset token="2"></tptz:Preset></tptz:GetPresetsResponse>',
        }
        return answers.get(name, f"<tptz:{name}Response/>")
