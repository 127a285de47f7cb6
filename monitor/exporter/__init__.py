"""What is asked of us over HTTP: metrics, probes of one target, service discovery, health."""

from monitor.exporter.app import Exporter, application
from monitor.exporter.authentication import BasicAuthentication
from monitor.exporter.discovery import service_discovery
from monitor.exporter.module import Module
from monitor.exporter.web_config import WebConfig, read_web_config

__all__ = [
    "BasicAuthentication",
    "Exporter",
    "Module",
    "WebConfig",
    "application",
    "read_web_config",
    "service_discovery",
]
