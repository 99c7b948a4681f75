"""`numplan state settle`: what an earlier run left uncertain, without another purchase."""

MANIFEST = 'api: {settle_seconds: 0.1}\nnumbers:\n  a: {number: "+16465550100"}\n'


def test_what_was_bought_without_an_answer_is_found(make_desk):
    desk = make_desk()
    desk.stock("+16465550100")
    desk.manifest(MANIFEST, head="version: 1\n")
    desk.fault("lose_reply", "purchase-numbers")
    desk.fault("status", "purchased-list", nth=2, count=0, status=503)
    assert desk("apply", "--auto-approve").code == 5
    desk.emulator.clear_faults()
    posts = len(desk.posts)
    settled = desk("state", "settle")
    assert settled.code == 0
    assert settled.out.splitlines()[-1] == "Settle: 1 settled, 0 unknown."
    assert desk.managed == {"+16465550100"} == desk.owned
    assert len(desk.posts) == posts
    assert desk("plan", "--detailed-exitcode").code == 0


def test_what_stays_unknown_exits_5(make_desk):
    desk = make_desk()
    desk.stock("+16465550100")
    desk.manifest(MANIFEST, head="version: 1\n")
    desk.fault("taken", "purchase-numbers")
    desk.fault("lose_reply", "purchase-numbers")
    assert desk("apply", "--auto-approve").code == 5
    settled = desk("state", "settle")
    assert settled.code == 5
    assert settled.out.splitlines()[-1] == "Settle: 0 settled, 1 unknown."


def test_with_nothing_to_settle_nothing_is_written(make_desk):
    desk = make_desk()
    desk.manifest("", head="version: 1\n")
    settled = desk("state", "settle")
    assert settled.code == 0
    assert settled.out.splitlines()[-1] == "Settle: 0 settled, 0 unknown."
    assert not (desk.folder / "numplan.state.json").exists()
