Feature: Phone numbers
  For terraform-compliance: `terraform-compliance --features examples/policy/terraform-compliance --planfile plan.json`

  Scenario: Every number says whose it is
    Given I have numplan_number defined
    Then it must contain labels
    And it must contain owner

  Scenario: Numbers are bought in countries that we know
    Given I have numplan_number defined
    Then it must contain country
    And its value must match the "^(United States|Canada)$" regex

  Scenario: No number costs 3.00 a month or more
    Given I have numplan_number defined
    Then it must contain monthly_charge
    And its value must match the "^[0-2](\.[0-9]+)?$" regex
