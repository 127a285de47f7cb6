"""Roaming health for emergency planners: whose staff can work where, now, in words; rendered on the server.

The pages are functions of one value (`Seen`): what-ifs of a later issue are the same pages over another picture.
"""

from monitor.web.app import web

__all__ = ["web"]
