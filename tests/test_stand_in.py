"""The demo's stand-in keeps files as the Agent keeps them."""

from pathlib import Path

from datadog_checks.logwalk.stand_in import DatadogAgent


def test_a_log_is_a_line_in_the_file_of_its_check(tmp_path: Path) -> None:
    agent = DatadogAgent(tmp_path, 0)
    agent.send_log('{"a":1}', "logwalk:1f2e")
    agent.send_log('{"a":2}', "logwalk:1f2e")

    file = tmp_path / "integrations" / "logwalk_1f2e.log"
    assert file.read_text(encoding="utf-8") == '{"a":1}\n{"a":2}\n'


def test_a_torn_line_takes_none_of_the_next_with_it(tmp_path: Path) -> None:
    DatadogAgent(tmp_path, 0).send_log('{"a":1}', "logwalk:1f2e")
    file = tmp_path / "integrations" / "logwalk_1f2e.log"
    with file.open("a", encoding="utf-8") as text:
        text.write('{"a":')
    DatadogAgent(tmp_path, 0).send_log('{"a":2}', "logwalk:1f2e")

    assert file.read_text(encoding="utf-8") == '{"a":1}\n{"a":\n{"a":2}\n'


def test_the_cache_is_a_file_whose_name_lost_what_the_agent_deletes(tmp_path: Path) -> None:
    agent = DatadogAgent(tmp_path, 0)
    assert agent.read_persistent_cache("logwalk:ab.c/d_place:0") == ""
    agent.write_persistent_cache("logwalk:ab.c/d_place:0", "{}")

    assert (tmp_path / "logwalk" / "abcd_place0").read_text(encoding="utf-8") == "{}"
    assert DatadogAgent(tmp_path, 0).read_persistent_cache("logwalk:ab.c/d_place:0") == "{}"


def test_logs_are_enabled_and_what_is_not_set_is_none(tmp_path: Path) -> None:
    agent = DatadogAgent(tmp_path, 0)
    assert agent.get_config("logs_enabled") is True
    assert agent.get_config("logs_config.run_path") == str(tmp_path)
    assert agent.get_config("proxy") is None
