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

  Scenario: No number costs more than a coffee
    Given I have numplan_number defined
    When it has monthly_charge
    Then its value must be less than 3
