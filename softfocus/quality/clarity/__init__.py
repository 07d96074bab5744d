"""What is wrong with a picture by itself: blocks, blur, noise, ringing."""
