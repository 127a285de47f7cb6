"""The radio lab: rendered access points on simulated radios, and clients that walk from one to the next.

A scenario and an inventory make a plan (`make_plan`); a guest carries it out (`guest`); what its daemons logged is read
(`read_roams`) and held against what the scenario expects (`judge`). Nothing here needs a radio, a container or KVM.
"""
