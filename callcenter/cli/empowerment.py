"""`callcenter empowerment check|decide|schema`: try rule files without a database; see also `empowerment_replay`."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from callcenter.domain import languages
from callcenter.domain.empowerment import Decision, RuleBook, checking, decide, files
from callcenter.domain.empowerment.decision import Considered, Verdict
from callcenter.domain.empowerment.facts import Balance, Balances, Usage
from callcenter.domain.empowerment.money import formatted
from callcenter.domain.empowerment.options import May, Option
from callcenter.domain.empowerment.problem_words import sentence
from callcenter.domain.empowerment.wording import label

RULES = click.option(
    "--rules", "rules_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True,
    help="The rule file, YAML or JSON.",
)  # fmt: skip
LANGUAGE = click.option("--language", type=click.Choice(languages.SERVED), default="en", help="Of the sentences.")
JSON = click.option("--json", "json_wanted", is_flag=True, help="For programs.")


@click.group()
def empowerment() -> None:
    """Rules of compensation: check a file, decide by it, print the schemas of the formats."""


@empowerment.command()
@RULES
@click.option(
    "--cause", "causes", multiple=True, help="A cause that the company has; one that no rule speaks of is a gap."
)
@LANGUAGE
@JSON
@click.pass_context
def check(context: click.Context, rules_file: Path, causes: tuple[str, ...], language: str, json_wanted: bool) -> None:
    """Find contradictions, rules that never apply, gaps. Exits with 1 where there are some, 2 for an unreadable
    file."""
    book = read_book(rules_file)
    problems = checking.check(book, causes=causes)
    if json_wanted:
        rows = [
            {"kind": one.kind.value, "rules": list(one.rules), "cause": one.cause}
            | {"text": sentence(language, one, currency=book.currency)}
            for one in problems
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        for problem in problems:
            click.echo(sentence(language, problem, currency=book.currency))
        click.echo(f"{len(book.rules)} rules, {len(book.remedies)} remedies, {len(problems)} faults")
    context.exit(1 if problems else 0)


def read_book(file: Path) -> RuleBook:
    try:
        return files.read(_text(file))
    except files.InvalidFile as error:
        raise _unreadable(file, error) from None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise click.UsageError(f"{file} is no text in UTF-8.") from None


def _unreadable(file: Path, error: files.InvalidFile) -> click.UsageError:
    lines = [f"  {place or 'the file'}: {what}" for place, what in error.faults]
    return click.UsageError("\n".join([f"{file} cannot be used:", *lines]))


@empowerment.command(name="decide")
@RULES
@click.option(
    "--facts", "facts_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True,
    help="Facts as `schema facts` says; beside them may stand `usage` and `budgets`.",
)  # fmt: skip
@click.option("--at", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"]), help="The moment, with its offset; default: now.")
@LANGUAGE
@JSON
def decide_(rules_file: Path, facts_file: Path, at: datetime | None, language: str, json_wanted: bool) -> None:
    """Show the allowance under these rules, why each rule did or did not apply, and the sentence for the agent."""
    book, given = read_book(rules_file), _facts(facts_file)
    try:
        facts = files.facts_of({name: value for name, value in given.items() if name not in ("usage", "budgets")})
        usage, balances = Usage.of_data(given.get("usage") or {}), _balances(given.get("budgets") or [])
    except files.InvalidFile as error:
        raise _unreadable(facts_file, error) from None
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise click.UsageError(f"{facts_file} cannot be used: usage or budgets: {error}") from None
    decision = decide(facts, book, usage, balances, now=at or datetime.now(UTC))
    if json_wanted:
        data = decision.to_data()
        data["rules"] = [[one.rule_id, one.verdict.value, one.by] for one in decision.considered]
        click.echo(json.dumps(data, ensure_ascii=False, indent=1))
        return
    click.echo(decision.sentence[language])
    for option in decision.options:
        click.echo(f"  {option.remedy:<16} {_option(option, decision, language)}")
    for considered in decision.considered:
        click.echo(f"  rule {considered.rule_id:<6} {_considered(considered, language)}")


def _facts(file: Path) -> dict[str, Any]:
    try:
        data = files.data_of(_text(file))
    except files.InvalidFile as error:
        raise _unreadable(file, error) from None
    if not isinstance(data, dict):
        raise click.UsageError(f"{file} cannot be used: facts are names with values.")
    return data


def _balances(data: list[dict[str, Any]]) -> Balances:
    """Balances of [{name, currency, limit, left}], in minor units."""
    balances = (
        Balance(place, str(one.get("name", "")), str(one["currency"]), int(one["limit"]), int(one["left"]))
        for place, one in enumerate(data, 1)
    )
    return Balances(tuple(balances), required=bool(data))


def _option(option: Option, decision: Decision, language: str) -> str:
    def much(units: int) -> str:
        return formatted(units, decision.currency, language) if option.is_money else str(units)

    asked = ""
    if option.ask is not None:
        most = f" up to {much(option.ask_most)}" if option.ask_most is not None else ""
        whom = ", then ".join(f"{step.role.value} {step.level}" for step in option.ask.steps)
        asked = f"ask {whom}{most} (rule {option.ask_rule_id})"
    if option.is_free:
        room = option.tightest
        bound = f", bounded by {room.bound.value}" if room else ""
        reason = " with a reason" if option.may == May.GIVE_WITH_REASON else ""
        free = f"may give {much(option.most)}{reason} (rule {option.rule_id}{bound})"
        return f"{free}; {asked}" if asked else free
    if option.may == May.NEVER:
        return f"never (rule {option.rule_id})"
    return asked or "no rule speaks of it"


def _considered(one: Considered, language: str) -> str:
    match one.verdict:
        case Verdict.FAILED:
            return f"does not fit: {label(language, one.by)}"
        case Verdict.LATER:
            return "fits, an earlier one came first"
        case Verdict.CEILING:
            return "fits: never above"
        case _:
            return f"fits: {one.verdict.value}"


@empowerment.command()
@click.argument("which", type=click.Choice(["rules", "facts"]))
def schema(which: str) -> None:
    """Print the JSON schema of the rule file or of the facts; both are also under docs/schemas/."""
    click.echo(schema_text(which), nl=False)


def schema_text(which: str) -> str:
    found = files.rule_schema() if which == "rules" else files.facts_schema()
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"
