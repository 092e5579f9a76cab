"""The checks that the tests write into checks.d."""

# Sends `count` numbered logs a run and keeps how far it is, as the documentation shows it.
COUNTING = """
from datadog_checks.base import AgentCheck

class Counting(AgentCheck):
    def check(self, instance):
        begin = (self.get_log_cursor() or {}).get("next", 0)
        end = min(begin + instance.get("count", 10), instance.get("most", 10 ** 9))
        for number in range(begin, end):
            log = {"number": number, "filler": "x" * instance.get("filler", 0)}
            self.send_log(log, cursor={"next": number + 1})
        self.gauge("sent", end)
"""

# Sends what the instance says, once.
SAYING = """
from datadog_checks.base import AgentCheck
from datadog_checks.base.agent import datadog_agent

class Saying(AgentCheck):
    said = False

    def check(self, instance):
        if not self.said:
            self.said = True
            for line in instance["lines"]:
                datadog_agent.send_log(line, self.check_id)
"""
