#!/usr/bin/python
"""Ansible module: reload or restart services, and see that they are up and stay up."""

from __future__ import annotations

import time

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = r"""
module: roam_service
short_description: Reload or restart services and see that they are up
description:
  - Drives each service with service(8), which serves systemd and init scripts alike.
  - Asks for its status until it is up, and once more a moment later, as a daemon may start and die.
options:
  services:
    description: The services' names.
    required: true
    type: list
    elements: str
  action:
    description: What to do; C(none) only looks.
    required: true
    type: str
    choices: [none, reload, restart]
  within:
    description: Seconds to wait until a service is up.
    type: int
    default: 15
attributes:
  check_mode:
    support: full
author: London public-sector roaming
"""
EXAMPLES = r"""
- name: Restart FreeRADIUS
  roam_service:
    services: [freeradius]
    action: restart
"""
RETURN = r"""
"""

PAUSE_S = 0.5


def main() -> None:
    """Drive each service."""
    module = AnsibleModule(
        argument_spec={
            "services": {"type": "list", "elements": "str", "required": True},
            "action": {"type": "str", "required": True, "choices": ["none", "reload", "restart"]},
            "within": {"type": "int", "default": 15},
        },
        supports_check_mode=True,
    )
    acts = module.params["action"] != "none" and bool(module.params["services"])
    if not module.check_mode:
        for service in module.params["services"]:
            drive(module, service)
    module.exit_json(changed=acts)


def drive(module: AnsibleModule, service: str) -> None:
    """Do what is asked and return when the service is up and stays so; fail when it does not come up in time.

    Debian's init scripts restart by a stop and a start that does not wait for the stop: a service that is down after
    its restart is started once more.
    """
    action = module.params["action"]
    said = "" if action == "none" else ask(module, service, action)
    started = action != "restart"
    deadline = time.monotonic() + module.params["within"]
    while time.monotonic() < deadline:
        if up(module, service):
            time.sleep(PAUSE_S)
            if up(module, service):
                return
        if not started:
            said = ask(module, service, "start")
            started = True
        time.sleep(PAUSE_S)
    asked = "" if action == "none" else f" after its {action}"
    module.fail_json(msg=f"{service} is not up{asked}: {said or 'it says nothing'}")


def ask(module: AnsibleModule, service: str, action: str) -> str:
    """Ask something of a service and return what it says."""
    _, out, err = module.run_command(["service", service, action])
    return str(out + err).strip()


def up(module: AnsibleModule, service: str) -> bool:
    """Return whether the service says that it runs."""
    return bool(module.run_command(["service", service, "status"])[0] == 0)


if __name__ == "__main__":
    main()
