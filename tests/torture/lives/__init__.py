"""Lives of companies: an emulated account, manifests with states, and the laws that no run may break."""
