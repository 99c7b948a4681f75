"""What several commands do alike: make a plan, apply it, adopt, write documents."""
