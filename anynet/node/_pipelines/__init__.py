"""What is made of several streams, and the functions of Node's ``stream`` that watch them."""
