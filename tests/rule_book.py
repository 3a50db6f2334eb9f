"""A small rule book for tests: grants for a late delivery."""

from typing import Any

from callcenter.domain.empowerment import RuleBook, files

BOOK = """
format: 1
currency: USD
zone: America/Los_Angeles
remedies:
- key: credit
  names: {en: Credit, zh: 余额补偿}
  kind: credit
- key: voucher
  names: {en: Voucher, zh: 优惠券}
  kind: voucher
  cost_percent: 60
- key: visit
  names: {en: Free visit, zh: 免费上门}
  kind: visit
  unit: count
  costs: {USD: 4000}
rules:
- id: 3
  outcome: never
  limits: {share_of_value: 8}
  why: {en: 'no more than the relationship repays', zh: '不超过客户一年带来的收益'}
- id: 12
  who: {role: agent}
  whom: {tier: gold}
  what: {cause: [late, missed], fault: [ours, carrier]}
  limits: {grant: 10000, customer: 15000}
  outcome: may
  why: {en: 'gold customers whose delivery was our mistake may get {customer}', zh: '因我方原因配送失误的金卡客户最多可补偿 {customer}'}
- id: 15
  who: {role: agent}
  what: {cause: late}
  remedies: [credit, voucher]
  limits: {grant: 2000}
  outcome: may_with_reason
  why: {en: 'a late delivery may be made good with {grant}', zh: '配送延误可补偿 {grant}'}
- id: 22
  outcome: ask
  why: {en: 'anything else is asked', zh: '其他情况请示班长'}
"""


def book(**changes: Any) -> RuleBook:
    """The small book, some of its parts replaced."""
    return files.book_of(files.read(BOOK).to_data() | changes)


def rules(*given: dict[str, Any]) -> RuleBook:
    """The small book's remedies with these rules; what a rule need not say here is filled in."""
    why = {"en": "because", "zh": "因为"}
    filled = []
    for number, rule in enumerate(given, 1):
        one = {"id": number, "outcome": "may", "why": why} | rule
        if one["outcome"] in ("may", "may_with_reason"):
            one.setdefault("limits", {"grant": 2000})
        filled.append(one)
    return book(rules=filled)
