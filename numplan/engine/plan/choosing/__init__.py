"""What decides which numbers a pool takes besides price and order: area codes, exchanges, unbroken runs."""
