"""The pytest plugin: options, markers, fixtures, reporting. Nothing below this floor knows pytest."""
