"""Storms in words: one in a line, a failed one with what led to it, all of them in a table."""

from collections.abc import Iterable

from .storm import Broken, Outcome


def line(outcome: Outcome | Broken) -> str:
    """A storm in one line; in more where it failed."""
    if isinstance(outcome, Broken):
        return f"seed {outcome.seed:5} {outcome.check:7} BROKE OFF\n{outcome.why}"
    verdict, plan = outcome.verdict, outcome.schedule
    state = "FAILED" if outcome.failed else "ok"
    said = (
        f"seed {plan.seed:5} {plan.cap_behaviour:8} {outcome.check:7} {state:6} "
        f"held {verdict.held:5} lost {len(verdict.lost):4} "
        f"repeated {verdict.repeated:4} of {verdict.excused:4} excused "
        f"(+{verdict.repeated_by_agent} by the Agent) pieces {verdict.pieces} "
        f"{outcome.seconds:.1f} s, {outcome.lasted:.0f} of its own"
    )
    return f"{said}\n{cause(outcome)}" if outcome.failed else said


def cause(outcome: Outcome) -> str:
    """What went wrong, and how to see it again."""
    verdict = outcome.verdict
    lines = [f"  {outcome.schedule}", f"  happened: {outcome.told}"]
    if verdict.lost:
        lines.append(f"  lost, {verdict.lost_by_agent} of them after send_log: {verdict.lost[:5]}")
    if verdict.unexplained:
        lines.append(f"  {verdict.unexplained} repeats that nothing explains")
    lines += [f"  untrue: {untrue}" for untrue in outcome.untrue]
    cap = outcome.schedule.cap_behaviour
    lines.append(f"  replay: python -m storm --seed {outcome.schedule.seed} --cap {cap} --keep")
    return "\n".join(lines)


def table(outcomes: Iterable[Outcome]) -> str:
    """What each check lost and repeated, by what the Agent does to a full file."""
    rows: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        rows.setdefault((outcome.schedule.cap_behaviour, outcome.check), []).append(outcome)
    lines = [
        "| A full file is | Check | Storms | Records | Lost | Storms with losses | Sent twice |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    names = {"truncate": "cut in place", "recreate": "made anew"}
    for (behaviour, check), storms in sorted(rows.items(), reverse=True):
        held = sum(storm.verdict.held for storm in storms)
        lost = sum(len(storm.verdict.lost) for storm in storms)
        repeated = sum(storm.verdict.repeated for storm in storms)
        losing = sum(1 for storm in storms if storm.verdict.lost)
        lines.append(
            f"| {names[behaviour]} | {check} | {len(storms)} | {held:,} "
            f"| {lost:,} ({lost / max(held, 1):.1%}) | {losing} "
            f"| {repeated:,} ({repeated / max(held, 1):.1%}) |"
        )
    return "\n".join(lines)
