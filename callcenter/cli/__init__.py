"""`callcenter …`: the command line for operators. A command starts a process, calls an action or prints a report."""

import click

from callcenter.cli import access, demo, doctor, empowerment, empowerment_replay, outside, processes, routing, twilio
from callcenter.cli.speech import CommandGroup


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="callcenter")
def main() -> None:
    """A contact centre and ticketing service that puts the customer in the middle."""


outside.simulate.add_command(routing.routing)
empowerment.empowerment.add_command(empowerment_replay.replay)
empowerment.empowerment.add_command(empowerment_replay.cases)
for command in (
    demo.demo,
    processes.serve,
    processes.worker,
    processes.long_worker,
    processes.clock,
    processes.migrate,
    doctor.doctor,
    access.token,
    access.user,
    twilio.twilio,
    outside.simulate,
    empowerment.empowerment,
    outside.bench,
):
    main.add_command(command)
