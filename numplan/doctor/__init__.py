"""What is so here: settings, the account's API and the state, looked at for whoever meets them anew."""
