"""The line from manifest to account: refresh, compare, plan, guard, apply, settle.

In short, and without the errors::

    manifest, findings = read_manifest(path)
    with backend.lock("apply") as session:
        open_state = opened_state(session, account, url)
        show(settle_leftovers(open_state, manifest, provider, clock))
        result = compute_plan(manifest, open_state.state, provider, options)
        gate = Gate(provider, result.plan, open_state, clock, limits)
        show(apply_plan(result.plan, open_state, gate, clock, manifest.api))

The rooms are that line in their order: `ports` says what the engine needs of the world, `policy` what one apply may
do, `account` looks at what is there, `compare` holds it against manifest and state, `plan` decides, `guard` refuses and
`apply` carries out; `pipeline` is the whole of it, and `queries`, `edit` and `saved_plan` start from a plan.
"""
