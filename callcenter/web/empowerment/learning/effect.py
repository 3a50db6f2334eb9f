"""Cost and effect of grants against comparable cases; the hidden cost of poor quality."""

from flask import render_template, request
from flask_babel import gettext as _

from callcenter import wiring
from callcenter.domain.intervals import Estimate
from callcenter.reports.empowerment import effect
from callcenter.storage.administration import company
from callcenter.web import access
from callcenter.web.empowerment.learning.blueprint import PERIODS, pages, period
from callcenter.web.empowerment.learning.names import names
from callcenter.web.wording import formats


@pages.get("/effect")
@access.leaders
def page() -> str:
    by = request.args.get("by", "remedy")
    by = by if by in effect.BY else "remedy"
    when = period()
    with wiring.current().reading() as session:
        found = effect.served_cases(session, since=when.since, until=when.until, now=when.until)
        called, ours = names(session), company.get(session)
    minute_cost, currency = (ours.minute_cost, ours.currency) if ours else (0, "USD")
    return render_template(
        "learning/effect.html",
        here="learning.page",
        by=by,
        groups=_groups(),
        days=when.days,
        periods=PERIODS,
        names=called,
        lines=effect.lines(found, by=by),
        served=len(found),
        given=sum(one.is_granted for one in found),
        causes=effect.poor_quality(found, by="cause"),
        at_fault=effect.poor_quality(found, by="department"),
        minute_cost=minute_cost,
        currency=currency,
        figure=figure,
        share=share,
    )


def _groups() -> list[tuple[str, str]]:
    return [
        ("remedy", _("Remedy")),
        ("rule", _("Rule")),
        ("cause", _("Cause")),
        ("department", _("Department at fault")),
        ("team", _("Team")),
        ("tier", _("Tier")),
    ]


def figure(measured: Estimate) -> str:
    """ "4.6 ± 0.2 (n 38)": half the interval's width; without "±" for too few."""
    if measured.value is None:
        return "–"
    value = formats.decimal(measured.value)
    if measured.low is None or measured.high is None:
        return _("%(value)s (n %(n)s)", value=value, n=measured.n)
    return _(
        "%(value)s ± %(half)s (n %(n)s)",
        value=value,
        half=formats.decimal((measured.high - measured.low) / 2),
        n=measured.n,
    )


def share(measured: Estimate) -> str:
    """E.g. "12 % (8 to 18, n 214)"."""
    if measured.value is None or measured.low is None or measured.high is None:
        return "–"
    low, high = round(100 * measured.low), round(100 * measured.high)
    return _(
        "%(value)s (%(low)s to %(high)s, n %(n)s)",
        value=formats.percent(measured.value),
        low=low,
        high=high,
        n=measured.n,
    )
