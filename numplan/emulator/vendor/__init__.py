"""The vendor's side: an account, a stock, and the database that keeps both."""
