"""The top floor: settings, URLs, the one error mapping, health, the schedule."""
