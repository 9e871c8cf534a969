"""State folders that released code has written, with which later code goes on."""
