"""What cameras of several makers say by themselves, in the forms that their documents and public captures show.

Written anew for these tests: tokens, times and names are made up; prefixes, order and oddities are the makers'.
"""

ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><{s}:Envelope xmlns:{s}="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:tev="http://www.onvif.org/ver10/events/wsdl" xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2"'
    ' xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:tns1="http://www.onvif.org/ver10/topics"'
    ' xmlns:tnshik="http://www.hikvision.com/2011/event/topics" xmlns:tnsaxis="http://www.axis.com/2009/event/topics"'
    ' xmlns:tnsdahua="http://www.dahuatech.com/onvif/topics" xmlns:tnsbosch="http://www.boschsecurity.com/topics"'
    ' xmlns:wsa5="http://www.w3.org/2005/08/addressing"><{s}:Body><tev:PullMessagesResponse>'
    "<tev:CurrentTime>2026-11-22T10:00:00Z</tev:CurrentTime><tev:TerminationTime>2026-11-22T10:02:00Z</tev:TerminationTime>"
    "{messages}</tev:PullMessagesResponse></{s}:Body></{s}:Envelope>"
)


def envelope(*messages: str, s: str = "s") -> bytes:
    """An answer to PullMessages."""
    return ENVELOPE.format(s=s, messages="".join(messages)).encode()


def items(part: str, told: dict[str, str]) -> str:
    inner = "".join(f'<tt:SimpleItem Name="{name}" Value="{value}"/>' for name, value in told.items())
    return f"<tt:{part}>{inner}</tt:{part}>"


def message(
    topic: str,
    data: dict[str, str],
    *,
    source: dict[str, str] | None = None,
    key: dict[str, str] | None = None,
    operation: str | None = "Changed",
    at: str = "2026-11-22T10:00:00Z",
    extra: str = "",
) -> str:
    """One notification."""
    said = "" if operation is None else f' PropertyOperation="{operation}"'
    body = items("Source", source or {}) + ("" if key is None else items("Key", key)) + items("Data", data) + extra
    return (
        '<wsnt:NotificationMessage><wsnt:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">'
        f"{topic}</wsnt:Topic><wsnt:ProducerReference><wsa5:Address>uri://camera/ProducerReference</wsa5:Address>"
        f'</wsnt:ProducerReference><wsnt:Message><tt:Message UtcTime="{at}"{said}>{body}</tt:Message></wsnt:Message>'
        "</wsnt:NotificationMessage>"
    )


ANALYTICS = {
    "VideoSourceConfigurationToken": "VideoSourceToken",
    "VideoAnalyticsConfigurationToken": "VideoAnalyticsToken",
    "Rule": "MyMotionDetectorRule",
}
HIKVISION_MOTION = message("tns1:RuleEngine/CellMotionDetector/Motion", {"IsMotion": "true"}, source=ANALYTICS)
HIKVISION_ALARM = message("tns1:VideoSource/MotionAlarm", {"State": "true"}, source={"Source": "VideoSource_1"})
HIKVISION_LINE = message(
    "tns1:RuleEngine/LineDetector/Crossed",
    {"ObjectId": "12"},
    source={**ANALYTICS, "Rule": "ประตูหลัง"},
    operation=None,
)
HIKVISION_INSIDE = message(
    "tns1:RuleEngine/FieldDetector/ObjectsInside",
    {"IsInside": "true"},
    source={**ANALYTICS, "Rule": "Field1"},
    key={"ObjectId": "3"},
)
HIKVISION_INPUT = message("tns1:Device/Trigger/tnshik:AlarmIn", {"State": "1"}, source={"AlarmInToken": "AlarmIn_1"})
DAHUA_TAMPER = message(
    "tns1:VideoSource/GlobalSceneChange/ImagingService", {"State": "true"}, source={"Source": "00000"}
)
DAHUA_DARK = message("tns1:VideoSource/ImageTooDark/ImagingService", {"State": "true"}, source={"Source": "00000"})
DAHUA_INPUT = message(
    "tns1:VideoSource/tns1:Device/Trigger/DigitalInput", {"LogicalState": "true"}, source={"InputToken": "00000"}
)
DAHUA_REGION = message(
    "tns1:RuleEngine/tnsdahua:CrossRegionDetection",
    {"State": "true", "ObjectType": "Human"},
    source={**ANALYTICS, "Rule": "IVS-1"},
)
AXIS_VMD = message(
    "tns1:RuleEngine/tnsaxis:VMD3/vmd3_video_1",
    {"active": "1"},
    source={"areaid": "0"},
    at="2026-11-22T10:00:00.371215Z",
)
AXIS_AOA = message(
    "tnsaxis:CameraApplicationPlatform/ObjectAnalytics/Device1Scenario1",
    {"active": "1"},
    extra='<tt:ElementItem Name="triggerTime"><x>1</x></tt:ElementItem>',
)
AXIS_TAMPER = message("tns1:VideoSource/tnsaxis:Tampering", {"tampering": "1"}, source={"channel": "1"}, operation=None)
AXIS_PORT = message("tns1:Device/tnsaxis:IO/Port", {"state": "1"}, source={"port": "2"})
BOSCH_SCENE = message(
    "tns1:VideoSource/GlobalSceneChange/AnalyticsService",
    {"State": "true"},
    source={"VideoSourceToken": "1", "VideoAnalyticsConfigurationToken": "1", "Rule": "Tamper"},
)
BOSCH_LOITER = message(
    "tns1:RuleEngine/LoiteringDetector/ObjectIsLoitering",
    {"ObjectId": "77", "Since": "2026-11-22T09:59:00Z", "IsLoitering": "true"},
    source={**ANALYTICS, "Rule": "Loitering 1"},
)
PROFILE_M_OBJECT = message(
    "tns1:RuleEngine/ObjectDetection/Object", {"ClassTypes": "Vehicle Human"}, source={**ANALYTICS, "Rule": "Objects"}
)
PROFILE_M_NONE = message(
    "tns1:RuleEngine/ObjectDetection/Object", {"ClassTypes": ""}, source={**ANALYTICS, "Rule": "Objects"}
)
SMALL_PEOPLE = message("tns1:RuleEngine/PeopleDetector/People", {"IsPeople": "true"}, source=ANALYTICS)
SMALL_VEHICLE = message("tns1:RuleEngine/MyRuleDetector/VehicleDetect", {"State": "true"}, source={"Source": "000"})
SOUND = message(
    "tns1:AudioAnalytics/Audio/DetectedSound",
    {"isSoundDetected": "true"},
    source={"AudioSourceConfigurationToken": "a", "Rule": "MyAudio"},
)
BENIGN = message("tns1:Monitoring/ProcessorUsage", {"Value": "0.31"}, source={"Token": "cpu"})

FACES = (
    message("tns1:RuleEngine/Recognition/Face", {"Likelihood": "0.98", "Identity": "สมชาย"}, source=ANALYTICS),
    message("tns1:RuleEngine/MyRuleDetector/FaceDetect", {"State": "true"}, source={"Source": "000"}),
    message("tns1:RuleEngine/tnsdahua:HumanTrait", {"State": "true", "Gender": "F", "Age": "31"}, source=ANALYTICS),
    message("tns1:RuleEngine/Recognition/LicensePlate", {"PlateNumber": "กข 1234"}, source=ANALYTICS),
    message("tns1:RuleEngine/ObjectDetection/Object", {"ClassTypes": "Face"}, source=ANALYTICS),
    message("tns1:RuleEngine/FieldDetector/ObjectsInside", {"IsInside": "true", "ObjectType": "LicensePlate"}),
    message("tns1:RuleEngine/FieldDetector/ObjectsInside", {"IsInside": "true"}, source={"Rule": "Gender=Female"}),
)
