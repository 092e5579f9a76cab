"""Datadog's log pipelines, as far as ours use them: what a log becomes on its way through one."""
