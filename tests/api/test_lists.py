"""Lists: complete pages, working filters, opaque cursors."""

from base64 import urlsafe_b64encode

from tests.api.program import Program, problem
from tests.factories import CARLA, LI_LEI, Centre


def all_pages(program: Program, path: str, **query: str | int) -> list[int]:
    """The ids of every page, in order."""
    ids: list[int] = []
    while True:
        page = program.get(path, **query).get_json()
        ids += [row["id"] for row in page["data"]]
        if page["next"] is None:
            return ids
        query["cursor"] = page["next"]


def test_tickets_page_to_the_end_without_gaps_while_others_are_opened(alice: Program) -> None:
    mine = [alice.post("/tickets", {"subject": f"Matter {n}"}).get_json()["id"] for n in range(7)]
    page = alice.get("/tickets", limit=3).get_json()
    seen = [row["id"] for row in page["data"]]
    while page["next"]:
        alice.post("/tickets", {"subject": "Meanwhile"})
        page = alice.get("/tickets", limit=3, cursor=page["next"]).get_json()
        seen += [row["id"] for row in page["data"]]
    assert seen == mine[::-1]


def test_customers_page_to_the_end_and_newcomers_come_last(alice: Program, centre: Centre) -> None:
    mine = [centre.customer(f"Person {n}", f"+1415555020{n}") for n in range(5)]
    first = alice.get("/customers", limit=2).get_json()
    late = centre.customer("Late", "+14155550300")
    rest = all_pages(alice, "/customers", limit=2, cursor=first["next"])
    assert [row["id"] for row in first["data"]] + rest == [*mine, late]


def test_every_list_pages_by_one(alice: Program, sam: Program, centre: Centre) -> None:
    centre.available("alice", "bo")
    centre.talk(CARLA)
    centre.talk(LI_LEI)
    assert len(all_pages(sam, "/interactions", limit=1)) == 2
    assert len(all_pages(sam, "/offers", limit=1)) == 2
    assert all_pages(alice, "/agents", limit=1) == [1, 2, 3, 4]
    assert all_pages(alice, "/queues", limit=1) == [centre.delivery, centre.billing]
    ticket = alice.get("/tickets").get_json()["data"][0]["id"]
    for n in range(3):
        alice.post(f"/tickets/{ticket}/comments", {"body": f"Note {n}"})
    assert len(all_pages(alice, f"/tickets/{ticket}/comments", limit=1)) == 3


def test_a_long_conversation_pages_from_its_beginning(alice: Program, centre: Centre) -> None:
    centre.available("alice")
    for n in range(5):
        centre.text(f"Word {n}")
    [offer] = alice.get("/offers").get_json()["data"]
    ids = all_pages(alice, f"/interactions/{offer['interaction_id']}/messages", limit=2)
    assert ids == sorted(ids)
    assert len(ids) == 5


def test_a_list_that_fits_exactly_has_no_further_page(alice: Program) -> None:
    for n in range(2):
        alice.post("/tickets", {"subject": f"Matter {n}"})
    assert alice.get("/tickets", limit=2).get_json()["next"] is None


def test_interactions_by_state_channel_customer_and_agent(alice: Program, sam: Program, centre: Centre) -> None:
    assert alice
    carla = centre.customer("Carla Diaz", CARLA)
    centre.available("alice")
    call, _, _ = centre.talk(CARLA)
    centre.text("Hello", LI_LEI)
    text = sam.get("/interactions", channel="sms").get_json()["data"][0]["id"]

    def found(**query: str | int | list[str]) -> list[int]:
        return [row["id"] for row in sam.get("/interactions", **query).get_json()["data"]]

    assert found(state="active") == [call]
    assert found(state=["active", "waiting"]) == [text, call]
    assert found(channel="voice") == [call]
    assert found(customer_id=carla) == [call]
    assert found(agent_id=centre.people.alice) == [call]
    assert found(agent_id=centre.people.bo) == []


def test_tickets_by_status_owner_and_customer(alice: Program, centre: Centre) -> None:
    carla = centre.customer("Carla Diaz", CARLA)
    one = alice.post("/tickets", {"subject": "Sofa", "customer_id": carla}).get_json()["id"]
    two = alice.post("/tickets", {"subject": "Lamp", "owner_id": centre.people.bo, "status": "solved"}).get_json()["id"]

    def found(**query: str | int) -> list[int]:
        return [row["id"] for row in alice.get("/tickets", **query).get_json()["data"]]

    assert found(status="open") == [one]
    assert found(status="solved") == [two]
    assert found(customer_id=carla) == [one]
    assert found(owner_id=centre.people.bo) == [two]


def test_customers_by_telephone_number_however_it_is_written(alice: Program, centre: Centre) -> None:
    carla, son = centre.customer("Carla Diaz", CARLA), centre.customer("Pablo Diaz", CARLA)
    centre.customer("李雷", LI_LEI, language="zh")
    for phone in (CARLA, "(415) 555-0142", "415-555-0142"):
        assert [row["id"] for row in alice.get("/customers", address=phone).get_json()["data"]] == [carla, son]
    assert len(alice.ask("GET", f"/customers?address={CARLA}").get_json()["data"]) == 2
    assert alice.get("/customers", address="+14155559999").get_json()["data"] == []
    assert alice.get("/customers", address="anonymous").get_json()["data"] == []


def test_agents_by_status_and_one_by_id(alice: Program, centre: Centre) -> None:
    centre.available("bo")
    [bo] = alice.get("/agents", status="available").get_json()["data"]
    assert bo["name"] == "Bo Chen"
    assert alice.get(f"/agents/{bo['id']}").get_json() == bo
    problem(alice.get("/agents/99"), 404, "not-found")
    problem(alice.get("/surveys/99"), 404, "not-found")
    problem(alice.get("/tickets/99"), 404, "not-found")
    problem(alice.get("/customers/99"), 404, "not-found")
    problem(alice.get("/queues/99"), 404, "not-found")


def test_a_queue_tells_whether_it_is_open(alice: Program, centre: Centre) -> None:
    centre.clock.now = centre.clock.now.replace(year=2026, month=11, day=24, hour=18)  # a Tuesday
    assert alice.get(f"/queues/{centre.delivery}").get_json()["is_open"] is True
    assert alice.get(f"/queues/{centre.billing}").get_json()["is_open"] is False


WRONG_QUESTIONS: tuple[tuple[dict[str, str], str], ...] = (
    ({"limit": "0"}, "limit"),
    ({"limit": "201"}, "limit"),
    ({"limit": "many"}, "limit"),
    ({"cursor": "made up"}, "cursor"),
    ({"cursor": urlsafe_b64encode(b"customers:1").decode()}, "cursor"),
    ({"cursor": urlsafe_b64encode(b"tickets:" + b"9" * 40).decode()}, "cursor"),
    ({"cursor": urlsafe_b64encode("tickets:²".encode()).decode()}, "cursor"),
    ({"cursor": "é"}, "cursor"),
    ({"owner_id": "0"}, "owner_id"),
    ({"owner_id": str(2**63)}, "owner_id"),
    ({"nonsense": "1"}, "nonsense"),
)


def test_a_wrong_question_names_what_is_wrong(alice: Program) -> None:
    for query, field in WRONG_QUESTIONS:
        problem(alice.get("/tickets", **query), 422, "invalid", field)


def test_a_wrong_status_names_what_is_possible(alice: Program) -> None:
    told = problem(alice.get("/tickets", status="great"), 422, "invalid", "status.0")
    assert "waiting_for_customer" in told["detail"]
