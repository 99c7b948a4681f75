"""What decides which numbers a pool takes besides price: area codes, exchanges, unbroken runs, even shares."""
