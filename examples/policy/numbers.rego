# What a plan of numplan may do. For conftest (`conftest test --policy examples/policy plan.json`), for OPA, or for
# rego.py beside this file. `deny` stops, `warn` is said.
package main

import rego.v1

dearest := 1.00 # a month, for one number
rise := 20.00 # a month, for one apply

# A replace is a purchase too, and a release.
bought contains one if {
	some one in input.resource_changes
	"create" in one.change.actions
}

released contains one if {
	some one in input.resource_changes
	"delete" in one.change.actions
}

deny contains msg if {
	some one in bought
	to_number(one.change.after.monthly_charge) > dearest
	msg := sprintf("%s of %s costs %s a month", [one.change.after.number, one.name, one.change.after.monthly_charge])
}

deny contains msg if {
	some one in bought
	not one.change.after.labels.owner
	msg := sprintf("%s of %s would be nobody's: it has no label owner", [one.change.after.number, one.name])
}

deny contains msg if {
	some one in released
	one.change.before.labels.tier == "gold"
	msg := sprintf("%s of %s is of tier gold and would be released", [one.change.before.number, one.name])
}

# numplan's own figures stand under a key of their own.
deny contains msg if {
	to_number(input.numplan.cost.monthly) > rise
	msg := sprintf("the monthly charges rise by %s", [input.numplan.cost.monthly])
}

warn contains msg if {
	some one in released
	msg := sprintf("%s of %s would be released", [one.change.before.number, one.name])
}

warn contains msg if {
	some one in input.numplan.blocked
	msg := sprintf("%s stays: the flow %s uses it", [one.number, one.flow_name])
}
