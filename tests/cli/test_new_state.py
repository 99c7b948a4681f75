"""A state that was lost: refused by what the lock file remembers, until somebody says so knowingly."""


def test_a_lost_state_is_started_anew_on_request(make_desk):
    desk = make_desk()
    desk.stock("+16465550100")
    desk.manifest('numbers:\n  a: {number: "+16465550100"}\n')
    assert desk("apply", "--auto-approve").code == 0
    (desk.folder / "numplan.state.json").unlink()
    lost = desk("apply", "--auto-approve")
    assert lost.code == 1
    assert "--new-state" in lost.err
    plan = desk("plan", "--new-state", "--out", "p.plan")
    assert plan.code == 0
    assert "1 to adopt" in plan.out
    assert desk("apply", "p.plan").code == 0
    assert desk("plan", "--detailed-exitcode").code == 0
