"""The containerised federation: any inventory, brought up on one machine from packaged defaults."""
