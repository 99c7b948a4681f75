# Numbers that numplan manages, in a Terraform configuration:
#
#   numplan -f fleet --var-file staging.vars.yaml --state staging.state.json \
#     output --external > numplan.auto.tfvars.json
#   terraform apply
#
# Or without the file between them, with the provider hashicorp/external:
#
#   data "external" "numplan" {
#     program = ["numplan", "-f", "fleet", "--var-file", "staging.vars.yaml", "--state", "staging.state.json",
#                "output", "--external"]
#   }
#   ... data.external.numplan.result.support_number

variable "support_number" {
  type = string
}

variable "sales_numbers" {
  type        = string
  description = "Separated by commas."
}

locals {
  sales_numbers = split(",", var.sales_numbers)
}

resource "terraform_data" "routes" {
  for_each = toset(concat([var.support_number], local.sales_numbers))
  input    = each.value
}
