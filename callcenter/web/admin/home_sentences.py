"""The sentences themselves, for gettext. Numbers are named so that no plural is needed."""

from dataclasses import dataclass

from callcenter.domain.errors import N_
from callcenter.reports.administration.findings import Fact
from callcenter.reports.administration.steps import StepFact

ADD_NUMBER = "callcenter twilio add-number +14155550100 --queue delivery"
CONFIGURE = "callcenter twilio configure"
DOCTOR = "callcenter doctor"
NEW_PERSON = "callcenter user create NAME --role"


@dataclass(frozen=True, slots=True)
class Sentence:
    """`advice` ends where the `command` follows. `endpoint`: the page where it is done."""

    text: str
    advice: str = ""
    command: str = ""
    endpoint: str = ""


SUBJECTS = {
    "numbers": N_("Numbers"),
    "carrier": N_("Carrier"),
    "address": N_("Our address"),
    "webhook": N_("Last report"),
    "queues": N_("Queues"),
    "agents": N_("Agents"),
    "database": N_("Database"),
    "redis": N_("Redis"),
    "clock": N_("Clock"),
    "workers": N_("Workers"),
    "long_workers": N_("Long computations"),
    "due": N_("Due work"),
    "stuck": N_("Stuck work"),
    "live": N_("Live work"),
    "messages": N_("Messages"),
    "rules": N_("Rules"),
    "servers": N_("Servers"),
    "disk": N_("Disk"),
}
SENTENCES = {
    Fact.NUMBERS_NONE: Sentence(
        N_("No telephone number of ours is known."), N_("Add one, with the queues that it leads to:"), ADD_NUMBER
    ),
    Fact.NUMBERS_KNOWN: Sentence("%(numbers)s"),
    Fact.CARRIER_UNKNOWN: Sentence(
        N_("Not set: %(names)s. Every call is refused, as we can't tell whether it is Twilio's."),
        N_("Take the values from the Twilio console, then start the system anew."),
    ),
    Fact.CARRIER_INCOMPLETE: Sentence(
        N_("Not set: %(names)s. Calls come in, but agents can't answer in the browser."),
        N_("Take the values from the Twilio console, then start the system anew."),
    ),
    Fact.CARRIER_SIMULATED: Sentence(N_("The simulator stands in for Twilio.")),
    Fact.CARRIER_KNOWN: Sentence(N_("Twilio, account %(account)s")),
    Fact.ADDRESS_LOCAL: Sentence(
        N_("Only this machine reaches %(url)s; Twilio can't."),
        N_("Set PUBLIC_URL to the https address of your proxy, then:"),
        CONFIGURE,
    ),
    Fact.ADDRESS_INSECURE: Sentence(
        N_("%(url)s isn't https: others could listen in."),
        N_("Put a proxy with a certificate before it, set PUBLIC_URL, then:"),
        CONFIGURE,
    ),
    Fact.ADDRESS_SIMULATED: Sentence(N_("%(url)s, for the simulator")),
    Fact.ADDRESS_PUBLIC: Sentence("%(url)s"),
    Fact.WEBHOOK_NONE: Sentence(
        N_("No signed report of the carrier in the last two days."),
        N_("Call one of your numbers. If nothing comes in:"),
        DOCTOR,
    ),
    Fact.WEBHOOK_LAST: Sentence(N_("Signed by the carrier, %(at)s")),
    Fact.QUEUES_NONE: Sentence(
        N_("No number leads to a queue that is in use."),
        N_("Put a queue back in use, or add a number that leads to one."),
        endpoint="admin.queues",
    ),
    Fact.QUEUES_CLOSED: Sentence(
        N_("All are closed. %(queue)s opens %(at)s."),
        N_("If that is too late, change the opening hours."),
        endpoint="admin.queues",
    ),
    Fact.QUEUES_SHUT: Sentence(
        N_("All are closed, and none opens within two weeks."),
        N_("Change the opening hours or the holidays."),
        endpoint="admin.queues",
    ),
    Fact.QUEUES_OPEN: Sentence(N_("Open: %(queues)s")),
    Fact.AGENTS_NONE: Sentence(
        N_("Nobody who could take a call is available."),
        N_("Agents become available at their desk. Until then callers wait."),
        endpoint="wallboard.index",
    ),
    Fact.AGENTS_NOT_FOR: Sentence(
        N_("Nobody is available for %(queues)s."),
        N_("Give the skill to somebody who is available, or ask one of its agents to sign in."),
        endpoint="admin.skills",
    ),
    Fact.AGENTS_AVAILABLE: Sentence(N_("%(count)s available, %(idle)s free")),
    Fact.DATABASE_OLD: Sentence(
        N_("PostgreSQL %(version)s is too old."), N_("Move the database to version 14 or newer.")
    ),
    Fact.DATABASE_BEHIND: Sentence(
        N_("The database is at %(revision)s, this version needs %(newest)s."),
        N_("Bring it up to date:"),
        "callcenter migrate",
    ),
    Fact.DATABASE_CROWDED: Sentence(
        N_("Our processes may take %(most)s connections in a rush, PostgreSQL allows %(allowed)s."),
        N_("Raise max_connections there, or lower DATABASE_POOL."),
    ),
    Fact.DATABASE_WORKS: Sentence(N_("PostgreSQL %(version)s, %(size)s")),
    Fact.REDIS_AWAY: Sentence(
        N_("Redis doesn't answer. Calls are still answered, but pages aren't live and messages wait."),
        N_("Start it, or look at REDIS_URL. Nothing is lost: what waits goes out afterwards."),
    ),
    Fact.REDIS_OLD: Sentence(N_("Redis %(version)s is too old."), N_("Use 5.0 or newer, or Valkey.")),
    Fact.REDIS_WORKS: Sentence(N_("Version %(version)s")),
    Fact.CLOCK_NONE: Sentence(
        N_("No clock is running: no offer runs out, no survey goes out."), N_("Start one:"), "callcenter clock"
    ),
    Fact.CLOCK_SILENT: Sentence(
        N_("A clock is connected, but has done nothing for %(seconds)s."),
        N_("Look at its log and start it anew:"),
        "callcenter clock",
    ),
    Fact.CLOCK_RUNS: Sentence(N_("Last looked %(seconds)s ago")),
    Fact.WORKERS_UNKNOWN: Sentence(N_("Not known while Redis is away.")),
    Fact.WORKERS_NONE: Sentence(
        N_("No worker is running: messages and surveys wait, desk telephones don't ring. Jobs waiting: %(waiting)s."),
        N_("Start one:"),
        "callcenter worker",
    ),
    Fact.WORKERS_RUN: Sentence(N_("%(count)s running, heard from %(seconds)s ago; jobs waiting: %(waiting)s")),
    Fact.LONG_WORKERS_UNKNOWN: Sentence(N_("Not known while Redis is away.")),
    Fact.LONG_WORKERS_NONE: Sentence(
        N_("No worker for them is running: what-ifs and replays wait."), N_("Start one:"), "callcenter long-worker"
    ),
    Fact.LONG_WORKERS_RUN: Sentence(N_("%(count)s running, heard from %(seconds)s ago; jobs waiting: %(waiting)s")),
    Fact.DUE_LATE: Sentence(
        N_("%(due)s late, the first by %(seconds)s: “%(kind)s”, for %(by)s."),
        N_("See above whether the clock and the workers run; then look at their logs."),
    ),
    Fact.DUE_IN_TIME: Sentence(N_("Nothing is late")),
    Fact.STUCK_GIVEN_UP: Sentence(
        N_("Failed and given up: %(count)s. To be tried again: %(again)s."),
        N_("Look at the error, then try again by hand."),
        endpoint="admin.stuck",
    ),
    Fact.STUCK_FAILING: Sentence(
        N_("Failed, and tried again by itself: %(count)s."), N_("Look at the error."), endpoint="admin.stuck"
    ),
    Fact.STUCK_NONE: Sentence(N_("Nothing has failed")),
    Fact.LIVE_BROKEN: Sentence(
        N_("In a state that must not be: %(count)s customers or agents."),
        N_("Which ones, and what to do:"),
        "callcenter doctor --live",
    ),
    Fact.LIVE_UNPUBLISHED: Sentence(
        N_("Not yet on the pages: %(count)s events."),
        N_("A clock passes them on within seconds. If not, look at its log."),
    ),
    Fact.LIVE_SOUND: Sentence(N_("Nobody waits in vain")),
    Fact.MESSAGES_FAILED: Sentence(
        N_("%(count)s of %(of)s could not be delivered in the last 24 hours."),
        N_("The conversation names the carrier's reason. A few wrong numbers are normal; many at once are not."),
    ),
    Fact.MESSAGES_SENT: Sentence(N_("%(of)s sent in the last 24 hours, none failed")),
    Fact.RULES_NONE: Sentence(
        N_("No rules are in force: agents may give nothing by themselves."),
        N_("Write a version and have it reviewed."),
        endpoint="rules.index",
    ),
    Fact.RULES_IN_FORCE: Sentence(N_("Version %(number)s, in force since %(since)s")),
    Fact.SERVERS_EMBEDDED: Sentence(N_("%(names)s come with the demo and end with it")),
    Fact.SERVERS_OWN: Sentence(N_("PostgreSQL and Redis are your own")),
    Fact.DISK_FULL: Sentence(
        N_("Only %(free)s free (%(share)s) on the web server's disk."),
        N_("Make room: without it logs and files are lost."),
    ),
    Fact.DISK_ROOM: Sentence(N_("%(free)s free (%(share)s), on the web server")),
}
TASKS = {
    "company": N_("Company, region, currency, languages"),
    "numbers": N_("Telephone numbers"),
    "carrier": N_("Carrier"),
    "address": N_("Address and certificate"),
    "queues": N_("Queues, hours, holidays"),
    "agents": N_("Agents, skills, languages"),
    "passwords": N_("Passwords"),
    "administrators": N_("A second administrator"),
    "approvers": N_("A second person for approvals"),
    "texting": N_("Numbers for messages"),
    "texts": N_("Texts in both languages"),
    "rules": N_("Rules"),
    "budgets": N_("Budgets"),
    "surveys": N_("Surveys"),
}
STEPS = {
    StepFact.COMPANY_NONE: Sentence(
        N_("The company has no name yet."),
        N_("It comes with the first number:"),
        f'{ADD_NUMBER} --company "Harbor Home" --zone America/Los_Angeles',
    ),
    StepFact.COMPANY_NAMELESS: Sentence(N_("The name is missing in %(languages)s.")),
    StepFact.COMPANY_KNOWN: Sentence("%(name)s · %(region)s · %(currency)s · %(zone)s"),
    StepFact.NUMBERS_NONE: Sentence(N_("None yet."), N_("Add one, with the queues that it leads to:"), ADD_NUMBER),
    StepFact.NUMBERS_KNOWN: Sentence("%(numbers)s"),
    StepFact.CARRIER_INCOMPLETE: Sentence(
        N_("Not set: %(names)s."), N_("Take the values from the Twilio console, then start the system anew.")
    ),
    StepFact.CARRIER_SIMULATED: Sentence(
        N_("The simulator stands in. No real telephone reaches it."),
        N_("For real calls set the TWILIO_ variables and start in production."),
    ),
    StepFact.CARRIER_KNOWN: Sentence(N_("Twilio, account %(account)s")),
    StepFact.ADDRESS_LOCAL: Sentence(
        N_("Only this machine reaches %(url)s."),
        N_("Set PUBLIC_URL to the https address of your proxy, then:"),
        CONFIGURE,
    ),
    StepFact.ADDRESS_INSECURE: Sentence(
        N_("%(url)s isn't https: others could listen in."),
        N_("Put a proxy with a certificate before it, set PUBLIC_URL, then:"),
        CONFIGURE,
    ),
    StepFact.ADDRESS_PUBLIC: Sentence("%(url)s"),
    StepFact.QUEUES_NONE: Sentence(N_("No queue is in use."), endpoint="admin.queues"),
    StepFact.QUEUES_NO_HOLIDAYS: Sentence(
        N_("No holiday ahead is entered for %(queues)s: callers would wait for nobody on such a day."),
        endpoint="admin.queues",
    ),
    StepFact.QUEUES_KNOWN: Sentence("%(queues)s", endpoint="admin.queues"),
    StepFact.AGENTS_NONE: Sentence(
        N_("Nobody serves customers yet."),
        N_("Create an account:"),
        f"{NEW_PERSON} agent --speaks en --skill delivery:2",
    ),
    StepFact.AGENTS_NOT_FOR_QUEUE: Sentence(
        N_("Nobody may serve %(queues)s: the skills are missing."), endpoint="admin.skills"
    ),
    StepFact.AGENTS_NOT_IN_LANGUAGE: Sentence(N_("Nobody serves %(pairs)s."), endpoint="admin.skills"),
    StepFact.AGENTS_SKILL_OF_NOBODY: Sentence(N_("Nobody has the skill %(skills)s."), endpoint="admin.skills"),
    StepFact.AGENTS_KNOWN: Sentence(
        N_("Agents: %(count)s; each queue is served in each language"), endpoint="admin.skills"
    ),
    StepFact.PASSWORDS_OF_DEMO: Sentence(
        N_("The demo's password, which everybody knows, opens %(people)s."),
        N_("Give each a password of their own:"),
        "callcenter user password NAME",
    ),
    StepFact.PASSWORDS_UNTRIED: Sentence(
        N_("Does the demo's password still open an account? %(count)s not tried yet; this page goes on by itself.")
    ),
    StepFact.PASSWORDS_OWN: Sentence(N_("The demo's password opens nobody's account")),
    StepFact.ADMINISTRATORS_ONE: Sentence(
        N_("You are the only one. If you are away, nobody can change anything."),
        N_("Create an account:"),
        f"{NEW_PERSON} administrator",
    ),
    StepFact.ADMINISTRATORS_SEVERAL: Sentence(N_("%(count)s administrators")),
    StepFact.APPROVERS_ONE: Sentence(
        N_("Nobody reviews their own rules or approves their own request, and there is no second person yet."),
        N_("Create an account:"),
        f"{NEW_PERSON} supervisor",
    ),
    StepFact.APPROVERS_SEVERAL: Sentence(N_("%(count)s people may review and approve")),
    StepFact.TEXTING_NONE: Sentence(
        N_("No number takes messages, so no survey can go out."),
        N_("A number that is added takes them too:"),
        ADD_NUMBER,
    ),
    StepFact.TEXTING_ON: Sentence(N_("SMS at %(numbers)s")),
    StepFact.TEXTS_MISSING: Sentence(
        N_("Names and greetings that lack a language: %(count)s. The first is “%(first)s”."), endpoint="admin.queues"
    ),
    StepFact.TEXTS_COMPLETE: Sentence(N_("All names and greetings are there in English and 简体中文")),
    StepFact.RULES_NONE: Sentence(
        N_("No rules are published: agents may give nothing by themselves."), endpoint="rules.index"
    ),
    StepFact.RULES_PUBLISHED: Sentence(N_("Version %(number)s is in force"), endpoint="rules.index"),
    StepFact.BUDGETS_NONE: Sentence(N_("No budget limits what is given."), endpoint="budgets.index"),
    StepFact.BUDGETS_ACTIVE: Sentence(N_("At least one budget is active"), endpoint="budgets.index"),
    StepFact.SURVEYS_NEVER: Sentence(
        N_("No customer has been asked yet. The question goes out %(seconds)s after a ticket is solved.")
    ),
    StepFact.SURVEYS_ASKED: Sentence(N_("Customers are asked %(seconds)s after a ticket is solved")),
}
