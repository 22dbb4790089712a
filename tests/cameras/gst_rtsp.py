"""Debian's gst-rtsp-server, run by the system's Python: a server that is not ours. `FILE` is an MP4 with H.264.

Run as ``/usr/bin/python3 gst_rtsp.py FILE``; prints its port. Package: gir1.2-gst-rtsp-server-1.0 and the plugins.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service("0")
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(
    "( videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=15/1 !"
    " x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 bitrate=300 ! rtph264pay name=pay0 pt=96 )"
)
factory.set_shared(True)
server.get_mount_points().add_factory("/ball", factory)
auth = GstRtspServer.RTSPAuth()
token = GstRtspServer.RTSPToken()
token.set_string("media.factory.role", "user")
auth.add_digest("guard", "n0t-easy", token)
auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
closed = GstRtspServer.RTSPMediaFactory()
closed.set_launch(factory.get_launch())
closed.set_shared(True)
permissions = GstRtspServer.RTSPPermissions()
permissions.add_permission_for_role("user", "media.factory.access", True)
permissions.add_permission_for_role("user", "media.factory.construct", True)
closed.set_permissions(permissions)
server.get_mount_points().add_factory("/closed", closed)
if len(sys.argv) > 1 and sys.argv[1] == "auth":
    server.set_auth(auth)
server.attach(None)
print(server.get_bound_port(), flush=True)
GLib.MainLoop().run()
