"""Who is believed: pull requests, links, credentials, and the policy of whoever runs numplan."""
