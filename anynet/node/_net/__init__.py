"""What Node's net module offers."""
