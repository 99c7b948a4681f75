"""Documents for machines: Terraform's plan and UI, GitLab's figures, explanations."""
